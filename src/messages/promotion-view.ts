// What cards, check runs and status answers are rendered from: a promotion and its current surroundings.
import type { AuditHead } from '../domain/audit/audit.ts';
import type { TokenWarning } from '../domain/machine-token.ts';
import type { ApprovalRules } from '../domain/policy/approval-rules.ts';
import type { TakenName } from '../domain/policy/pinned-name.ts';
import type { PolicyChange } from '../domain/policy/policy-change.ts';
import type { EnvironmentPolicy } from '../domain/policy/policy.ts';
import type { NamedTarget } from '../domain/promotion/target-origin.ts';
import type { Promotion, TagOutcome } from '../domain/promotion/promotion.ts';

export type PromotionView = {
  readonly promotion: Promotion;
  /** The policy of its plan; null if that is no longer readable. */
  readonly environment: EnvironmentPolicy | null;
  /** What its approvals have to satisfy; none if the policy is no longer readable. */
  readonly rules: readonly ApprovalRules[];
  /** Who last changed the policy file; null if unknown. */
  readonly policyChange: PolicyChange | null;
  /** SHA-256 (hex) of what a review would cover now: a review of anything else no longer counts. */
  readonly subject: string;
  /** The current journal; empty before applying. */
  readonly outcomes: readonly TagOutcome[];
  readonly auditHead: AuditHead | null;
  /** `https://github.com`, or the address of the GHES server; no slash at the end. */
  readonly githubUrl: string;
  readonly checkRunUrl: string | null;
  readonly cardUrl: string | null;
  /** Null for a promotion without a thread. */
  readonly thread: ThreadView | null;
  /** The number of the promotion that is applying in the environment. */
  readonly blockedBy: number | null;
  /** Loaded if the deployment failed before a newer promotion, or the tags hold different images. */
  readonly rollbackTarget: NamedTarget | null;
  /** The number of the later promotion that the environment held when the deployer reported on this one. */
  readonly replacedBy: number | null;
  /** The dead job that leaves an open promotion stuck. */
  readonly deadJob: number | null;
  /** The warning about the token that writes this image; null for a promotion that has ended. */
  readonly tokenWarning: TokenWarning | null;
  /** Names of its policies that belong to another account now; loaded while it waits for approval. */
  readonly takenNames: readonly TakenName[];
};

export type ThreadView = {
  /** The issue or pull request where it was requested. */
  readonly issue: number;
  /** Where its card is or goes to: another issue if a full thread took no card. */
  readonly cardIn: number;
  /** GitHub takes no more comments there. */
  readonly isFull: boolean;
  /** The issue that takes them instead; null if there is none. */
  readonly continuedIn: number | null;
};
