// The kinds of promotions, of the rules and approvals that hold for them, and of what deployers report.

/** `version`: a git tag was pushed, and its name is added to the image in the environment; nothing else moves. */
export type PromotionKind = 'promotion' | 'rollback' | 'version';

/**
 * `unproven-rollback`: to a digest that the environment held, but that may not work. `rollback-to-new`: to one that it is
 * not known to have held.
 */
export type RuledKind = PromotionKind | 'unproven-rollback' | 'rollback-to-new';

export type DeploymentStatus = 'deploying' | 'deployed' | 'deployment-failed';
