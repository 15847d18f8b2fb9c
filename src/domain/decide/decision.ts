// The types of the state machine: events, the context of a decision, and its result.
import type { ActingApp, Actor, Person } from '../actor.ts';
import type { AuditEntry } from '../audit/audit.ts';
import type { Deployment } from '../promotion/deployment.ts';
import type { Effect } from '../effect.ts';
import type { Pins, Reviewer } from '../eligibility.ts';
import type { PolicyChange } from '../policy/policy-change.ts';
import type { FloorFacts } from '../policy/approval-rules.ts';
import type { SeenPlan } from '../promotion/approval.ts';
import type { PolicyProblem } from '../policy/policy-problem.ts';
import type { OutsideProblem } from '../outside-problem.ts';
import type { FailureProblem } from '../promotion/failure.ts';
import type { ImageFacts } from '../image/image-facts.ts';
import type { EnvironmentPolicy, Policy } from '../policy/policy.ts';
import type {
  CancelCause,
  Contributors,
  DeploymentNews,
  Failure,
  Promotion,
  TagOutcome,
  UncountedReport,
} from '../promotion/promotion.ts';
import type { CommitSha, Digest, Tag } from '../image/reference.ts';
import type { Refusal } from '../refusal.ts';
import type { Review } from '../promotion/review.ts';
import type { DeploymentStatus } from '../promotion/promotion-kind.ts';
import type { TargetOrigin } from '../promotion/target-origin.ts';
import type { TagMove, TagState } from '../image/tag-plan.ts';

export type PromotionEvent =
  /** The commit of the images is known: the check run can be opened. */
  | { readonly kind: 'identified'; readonly images: readonly ImageFacts[] }
  | {
      readonly kind: 'examined';
      /** The current policy, and what it says about the promotion's environment. */
      readonly policy: Policy;
      readonly environment: EnvironmentPolicy;
      readonly images: readonly ExaminedImage[];
      readonly production: readonly TagState[];
      readonly otherReviewers: Promotion['otherReviewers'];
      /** How the target of a rollback is known now. */
      readonly target?: TargetOrigin;
      readonly contributors: Contributors | null;
      /** The default branch, if it takes pushes without a pull request; null also if that was not checked. */
      readonly openBranch: string | null;
    }
  | { readonly kind: 'examination-failed'; readonly problem: FailureProblem }
  | {
      readonly kind: 'reviewed';
      readonly verdict: Review['verdict'];
      readonly by: Reviewer;
      readonly reason: string | null;
      /** A click counts only on the check run that shows the promotion now. */
      readonly via:
        | { readonly kind: 'comment'; readonly id: number; readonly issue: number; readonly app: ActingApp | null }
        | { readonly kind: 'check-run'; readonly id: number; readonly current: boolean };
      /** An approval counts for the plan that was shown, a rejection for any plan. */
      readonly seen: SeenPlan;
      /** When it was written or clicked, to the second. An approval from before the plan does not count for it. */
      readonly sentAt?: number;
    }
  | { readonly kind: 'cancelled'; readonly by: Actor }
  | { readonly kind: 'rerequested'; readonly by: Actor }
  /** The policy file can't be read; or can be read again, if there are no problems. */
  | ({ readonly kind: 'policy-seen' } & PolicyReading)
  /** The rules were edited since the plan was made, or are no longer readable. */
  | { readonly kind: 'policy-changed'; readonly change: PolicyChange | null }
  /** Production was read again: the environment is free, or the plan's baseline was found moved before anything was written. */
  | {
      readonly kind: 'production-read';
      readonly production: readonly TagState[];
      /** Its images were compared with what was promoted before the current image. */
      readonly isComparisonOld?: boolean;
    }
  /** The requested tag was read again: what it holds, or null if unknown. */
  | { readonly kind: 'source-read'; readonly holds: Digest | null }
  /** The image that was waited for is there: its digest is pinned now. */
  | { readonly kind: 'image-appeared'; readonly tag: Tag; readonly digest: Digest }
  /** The registry refuses to show it, and a retry would not help. */
  | { readonly kind: 'image-unreadable'; readonly problem: OutsideProblem }
  | ({
      readonly kind: 'deployment-status';
      readonly status: DeploymentStatus;
      /** False if another promotion has reached the environment since. */
      readonly isCurrent: boolean;
    } & Omit<DeploymentNews, 'at'>)
  /** By somebody whose statuses don't count. */
  | { readonly kind: 'uncounted-status'; readonly report: UncountedReport }
  /** Somebody else created a deployment to the environment. */
  | { readonly kind: 'deployed-by-others'; readonly deployment: Deployment; readonly by: Person }
  /** GitHub refuses to create the deployment. */
  | { readonly kind: 'deployment-refused'; readonly problem: OutsideProblem }
  /** A person requested another try: GitHub may create it now. */
  | { readonly kind: 'deployment-retried' }
  /** The App has lost access there. */
  | { readonly kind: 'withdrawn'; readonly because: Exclude<CancelCause, 'person'> }
  /** A promotion that was requested later reached production. */
  | { readonly kind: 'overtaken'; readonly by: number }
  | { readonly kind: 'applied'; readonly tags: readonly TagOutcome[]; readonly replaced?: readonly CommitSha[] }
  /** A floating tag could not be written: the written ones are moved back, whatever happens next. */
  | { readonly kind: 'apply-stopped'; readonly problem: FailureProblem }
  /** `undoAgain`: the registry refused to move a tag back. A later try may succeed. */
  | { readonly kind: 'apply-failed'; readonly failure: Failure; readonly undoAgain: boolean }
  /** A `mixed` production was moved back in the end. */
  | { readonly kind: 'restored'; readonly tags: readonly TagOutcome[] }
  | { readonly kind: 'time-passed' };

/** What was read of the policy file while a promotion waits. */
export type PolicyReading = {
  readonly problems: readonly PolicyProblem[];
  /** The current file if it has the rules of the plan; else null. */
  readonly blob: string | null;
};

/** What is known of one image, and the commit tag that stands for it in permanent tags. */
export type ExaminedImage = { readonly facts: ImageFacts; readonly commitTag: Tag | null };

export type DecisionContext = {
  readonly githubHost: string;
  readonly now: number;
  /** Lower-case hex. */
  readonly sha256: (text: string) => string;
  /** True while another promotion is applying in this environment of this repository. */
  readonly environmentBusy: boolean;
  /**
   * What the policy of the promotion's plan says of its environment; null if the current parser refuses the stored text.
   * Then the promotion is planned again under the current file.
   */
  readonly environmentPolicy: EnvironmentPolicy | null;
  /** False if the journal no longer shows that the environment held the target of a rollback. */
  readonly isTargetHeld: boolean;
  /** The same for the policy at the request; null if that is unknown or no longer readable. */
  readonly requestPolicy: EnvironmentPolicy | null;
  readonly floors: FloorFacts;
  /** Who may have given the approvals that could count now, and the names of policies: nobody else's approval counts. */
  readonly people: People;
};

export type People = { readonly reviewers: ReadonlyMap<number, Reviewer>; readonly pins: Pins };

export type Decision =
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly audit: readonly AuditEntry[] }
  /** The event no longer concerns this state (a late or repeated internal event): nothing to do. */
  | { readonly kind: 'ignored' }
  | Accepted;

export type Accepted = {
  readonly kind: 'accepted';
  readonly promotion: Promotion;
  readonly effects: readonly Effect[];
  readonly audit: readonly AuditEntry[];
  /** The tags to write, when this decision starts `applying`. */
  readonly journal: readonly JournalEntry[];
};

/** One tag of a plan that is being carried out, in the order of writing. */
export type JournalEntry = {
  readonly repository: TagMove['repository'];
  readonly tag: Tag;
  readonly kind: TagMove['kind'];
  readonly baseline: Digest | null;
  readonly target: Digest;
};

export type EventOf<Kind extends PromotionEvent['kind']> = Extract<PromotionEvent, { kind: Kind }>;
