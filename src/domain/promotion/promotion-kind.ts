// The kinds of promotions.

/** `version`: a git tag was pushed, and its name is added to what the environment holds; nothing else moves. */
export type PromotionKind = 'promotion' | 'rollback' | 'version';
