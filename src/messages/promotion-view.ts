// What a card, a check run and a status answer are written from: a promotion and today's truth around it.
import type { AuditHead } from '../domain/audit/audit.ts';
import type { TokenWarning } from '../domain/machine-token.ts';
import type { ApprovalRules } from '../domain/policy/approval-rules.ts';
import type { TakenName } from '../domain/policy/pinned-name.ts';
import type { PolicyChange } from '../domain/policy/policy-change.ts';
import type { EnvironmentPolicy } from '../domain/policy/policy.ts';
import type { Promotion, TagOutcome } from '../domain/promotion/promotion.ts';

export type PromotionView = {
  readonly promotion: Promotion;
  /** What the policy that it was planned under says; null where that can't be read any more. */
  readonly environment: EnvironmentPolicy | null;
  /** What its approvals have to satisfy; none where the policy can't be read any more. */
  readonly rules: readonly ApprovalRules[];
  /** Who changed the policy file to what it is; null where nobody told. */
  readonly policyChange: PolicyChange | null;
  /** SHA-256 (hex) of what a review would cover now: a review of anything else no longer counts. */
  readonly subject: string;
  /** The journal as it stands; empty before applying. */
  readonly outcomes: readonly TagOutcome[];
  readonly auditHead: AuditHead | null;
  /** `https://github.com`, or the address of the GHES server; no slash at the end. */
  readonly githubUrl: string;
  readonly checkRunUrl: string | null;
  readonly cardUrl: string | null;
  /** The number of the promotion that is applying in the environment. */
  readonly blockedBy: number | null;
  /** What a rollback may go back to, as `/rollback to` takes it; looked for where the deployment failed before it was replaced. */
  readonly rollbackTarget: string | null;
  /** The number of the later promotion that the environment held when the deployer reported on this one. */
  readonly replacedBy: number | null;
  /** The job that failed for good and leaves an open promotion standing still. */
  readonly deadJob: number | null;
  /** What is about to end the right to write this image; null for a promotion that has ended. */
  readonly tokenWarning: TokenWarning | null;
  /** Names of its policies that belong to somebody else by now; looked for where it waits for approvals. */
  readonly takenNames: readonly TakenName[];
};
