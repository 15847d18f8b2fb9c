// Every expected "no": a stable code and the values that decided it. The words are in messages/refusals.ts.
import type { Role } from './actor.ts';
import type { LONG_FORM, Verb } from './command.ts';
import type { OutsideProblem } from './outside-problem.ts';
import type { PlanId } from './promotion/approval.ts';
import type { PolicyProblem } from './policy/policy-problem.ts';
import type { StateKind } from './promotion/promotion.ts';
import type { ImageOutcome } from './promotion/history.ts';
import type { TargetOrigin } from './promotion/target-origin.ts';
import type { CommitSha, Digest, ImageRepository, RepoName, Tag } from './image/reference.ts';

export type Refusal =
  /** The account that owns the repository is not among ALLOWED_OWNERS. */
  | { readonly code: 'owner-not-allowed'; readonly owner: string }
  /** The image is neither the repository's own nor granted to it. */
  | { readonly code: 'image-not-granted'; readonly image: ImageRepository; readonly repo: RepoName }
  /** The operator granted the image to other repositories, which excludes the one of its name. */
  | {
      readonly code: 'image-granted-elsewhere';
      readonly image: ImageRepository;
      readonly repo: RepoName;
      readonly repoId: number;
    }
  /** Another repository promoted the image first, whatever the names are today. */
  | {
      readonly code: 'image-of-another-repository';
      readonly image: ImageRepository;
      readonly repo: RepoName;
      readonly repoId: number;
    }
  /** Nobody promoted the image yet, and no label proves its owner. */
  | {
      readonly code: 'image-not-proven';
      readonly image: ImageRepository;
      readonly repo: RepoName;
      readonly repoId: number;
    }
  | { readonly code: 'environment-unknown'; readonly typed: string | null; readonly environments: readonly string[] }
  | { readonly code: 'not-permitted'; readonly verb: RefusedVerb; readonly role: Role; readonly wanted: Role }
  /** The policy lists reviewers. `role` is what others need; null: nobody else can. */
  | {
      readonly code: 'not-a-reviewer';
      readonly verb: RefusedVerb;
      readonly users: readonly string[];
      readonly role: Role | null;
    }
  | { readonly code: 'bot-not-permitted'; readonly verb: RefusedVerb }
  /** Listed in the policy, and neither a collaborator nor a member of the organization. */
  | { readonly code: 'outside-reviewer'; readonly verb: RefusedVerb }
  /** The policy's login belonged to another account when it was first used. */
  | { readonly code: 'another-account'; readonly login: string; readonly id: number }
  /** An App wrote the comment with the person's token; `app` is its slug. */
  | { readonly code: 'acted-through-app'; readonly verb: RefusedVerb; readonly app: string }
  /** The account whose token writes the images, and can comment with it. */
  | { readonly code: 'registry-user'; readonly promotion: number }
  | { readonly code: 'contributor'; readonly promotion: number; readonly commits: number; readonly of: number }
  /** A valid tag that is neither one of the prefixes nor begins with one and a dash. */
  | { readonly code: 'not-a-source'; readonly typed: string; readonly prefixes: readonly string[] }
  /** `/promote production to staging-abc1234`. */
  | { readonly code: 'environment-as-source'; readonly environment: string; readonly source: string }
  /** `/rollback to production`: `reason` is what was typed. */
  | { readonly code: 'environment-as-target'; readonly environment: string; readonly reason: string }
  /** The image of another repository, by the name that was typed. */
  | { readonly code: 'not-own-image'; readonly typed: string; readonly image: ImageRepository }
  /** A commit of another repository, or on another host. */
  | { readonly code: 'not-own-commit'; readonly typed: string; readonly repo: RepoName; readonly githubHost: string }
  /** Tag and digest were named together, and the tag holds another image. */
  | ({
      readonly code: 'tag-holds-another';
      readonly tag: Tag;
      readonly named: Digest;
      readonly holds: Digest;
    } & WithOutcomes)
  | {
      readonly code: 'source-not-found';
      readonly image: ImageRepository;
      readonly typed: string;
      readonly tried: readonly Tag[];
    }
  | ({
      readonly code: 'source-ambiguous';
      readonly typed: string;
      readonly candidates: readonly { readonly tag: Tag; readonly digest: Digest }[];
    } & WithOutcomes)
  /** The name of the repository is not a valid image name, and the policy file names no image. */
  | { readonly code: 'no-image-name'; readonly repo: RepoName; readonly registryHost: string }
  /** A digest of one platform; `digest` of `tag` is that of the whole image. */
  | ({
      readonly code: 'digest-of-platform';
      readonly named: Digest;
      readonly tag: Tag;
      readonly digest: Digest;
    } & WithOutcomes)
  | {
      readonly code: 'digest-not-staged';
      readonly image: ImageRepository;
      readonly digest: Digest;
      readonly prefixes: readonly string[];
    }
  | ({
      readonly code: 'already-in-production';
      readonly environment: string;
      readonly digest: Digest;
      readonly tags: readonly Tag[];
    } & WithOutcomes)
  | {
      readonly code: 'already-requested';
      readonly promotion: number;
      readonly state: StateKind;
      readonly environment: string;
      /** Whether the second requester may approve it. Absent if that was not checked. */
      readonly mayApprove?: boolean;
      /** The version of this request, which the open promotion does not have. */
      readonly lacks?: Tag;
    }
  /** Versions are never moved: this one names another image. */
  | ({
      readonly code: 'version-taken';
      readonly tag: Tag;
      readonly holds: Digest;
      readonly wanted: Digest;
    } & WithOutcomes)
  /** The registry refused, or kept failing. */
  | { readonly code: 'registry-problem'; readonly problem: OutsideProblem }
  /** The policy file can't be read: nothing is promoted under it. */
  | { readonly code: 'policy-unreadable'; readonly problems: readonly PolicyProblem[] }
  /** The policy file was edited since the promotion was planned: it is examined again and needs new approvals. */
  | { readonly code: 'policy-changed'; readonly promotion: number }
  /** GitHub refused, or kept failing. */
  | { readonly code: 'github-problem'; readonly problem: OutsideProblem }
  /** There is no such image; `typed` is a digest, a tag or `P12`. */
  | {
      readonly code: 'not-a-rollback-target';
      readonly environment: string;
      readonly typed: string;
      readonly because: 'no-such-digest' | 'no-such-tag' | 'never-there';
      readonly choices: readonly RollbackChoice[];
    }
  /** No target was named, and nothing that was held before can be one. */
  | {
      readonly code: 'nothing-to-roll-back-to';
      readonly environment: string;
      readonly current: Digest | null;
      readonly choices: readonly RollbackChoice[];
    }
  | { readonly code: 'promotion-not-found'; readonly promotion: number }
  | { readonly code: 'nothing-waits-here'; readonly verb: Verb; readonly elsewhere: readonly PromotionLine[] }
  | { readonly code: 'several-wait-here'; readonly verb: Verb; readonly promotions: readonly PromotionLine[] }
  /** `isFloor`: by FORBID_SELF_APPROVAL, whatever the policy says. */
  | { readonly code: 'own-request'; readonly promotion: number; readonly isFloor?: true }
  | { readonly code: 'already-approved'; readonly promotion: number }
  | { readonly code: 'not-awaiting-approval'; readonly promotion: number; readonly state: StateKind }
  | { readonly code: 'outdated-check-run'; readonly promotion: number }
  /** The approval was for another plan; `plan` is the current one. */
  | { readonly code: 'plan-changed'; readonly promotion: number; readonly plan?: PlanId }
  /** The approval does not say which of several promotions it is for. */
  | { readonly code: 'plan-unclear'; readonly promotion: number; readonly plan: PlanId }
  /** The Promote button was shown for another image than its check shows now; `tag` null: it shows none. */
  | { readonly code: 'outdated-staging-check'; readonly commit: CommitSha; readonly tag: Tag | null }
  /** The image that was shown is not what its tag holds now. */
  | ({
      readonly code: 'image-changed';
      readonly tag: Tag;
      readonly shown: Digest;
      readonly holds: Digest;
    } & WithOutcomes)
  | { readonly code: 'cannot-cancel'; readonly promotion: number; readonly state: StateKind };

/** What a person may not do: a command, or an action without a command of its own. */
export type RefusedVerb = Verb | typeof LONG_FORM | 're-run' | 'promote with force';

export type RefusalCode = Refusal['code'];

/** What became of the images that a refusal names; an image that the environment never held is left out. */
type WithOutcomes = { readonly outcomes?: readonly (ImageOutcome & { readonly digest: Digest })[] };

/** The images that a person may choose or keep after this refusal. */
export function imagesNamedIn(refusal: Refusal): readonly Digest[] {
  switch (refusal.code) {
    case 'source-ambiguous':
      return refusal.candidates.map(({ digest }) => digest);
    case 'tag-holds-another':
      return [refusal.named, refusal.holds];
    case 'digest-of-platform':
    case 'already-in-production':
      return [refusal.digest];
    case 'version-taken':
    case 'image-changed':
      return [refusal.holds];
    default:
      return [];
  }
}

/** A possible target of a rollback. */
export type RollbackChoice = {
  /** What people know it by; null: by its digest, since it was there before the first promotion. */
  readonly promotion: number | null;
  readonly digest: Digest;
  readonly at: number;
  readonly origin: TargetOrigin;
};

/** A promotion in a list. */
export type PromotionLine = {
  readonly number: number;
  readonly environment: string;
  readonly source: string;
  readonly state: StateKind;
  /** The plan that an approval must name, if one is needed. */
  readonly plan?: PlanId;
};
