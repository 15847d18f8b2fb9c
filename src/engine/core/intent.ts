// The intents that deliveries are translated into. GitHub's payloads go no further than the entry points.
import type { ActingApp } from '../../domain/actor.ts';
import type { CandidateLine, LONG_FORM, OurLine, Verb } from '../../domain/command.ts';
import type { Deployment } from '../../domain/promotion/deployment.ts';
import type { Reporter } from '../../domain/promotion/reporter.ts';
import type { DeploymentStatus } from '../../domain/promotion/promotion-kind.ts';
import type { PlanId } from '../../domain/promotion/approval.ts';
import type { CancelCause, Repo } from '../../domain/promotion/promotion.ts';
import type { CommitSha, RepoName, Tag } from '../../domain/image/reference.ts';
import type { CommandHint, CommandPlace } from '../../domain/reply.ts';

/** The account that GitHub names as the sender; its rights are read at the decision. */
export type Sender = {
  readonly id: number;
  readonly login: string;
  readonly kind: 'user' | 'bot';
  /** The App that wrote the comment with their token, if any. */
  readonly app?: ActingApp;
};

export type Intent =
  /** A new comment, which waits in its thread. */
  | {
      readonly kind: 'comment';
      readonly repo: Repo;
      readonly issue: number;
      readonly commentId: number;
      readonly by: Sender;
      /** By GitHub's clock, to the second. */
      readonly writtenAt?: number;
      /** When it should have been received, by our clock; set if it was received long after. */
      readonly sentAt?: number;
      readonly lines: readonly CandidateLine[];
      readonly hint: CommandHint | null;
      /** How many comments the thread had, if known. */
      readonly threadComments?: number;
    }
  | {
      readonly kind: 'command';
      readonly repo: Repo;
      readonly issue: number;
      readonly commentId: number;
      readonly by: Sender;
      /** When it was written, if known. */
      readonly sentAt?: number;
      /** Since when it waits, including the wait in its thread. */
      readonly receivedAt?: number;
      readonly line: CommandLine;
      /** The comment's next commands. Each gets its job when the previous one is done, so none overtakes. */
      readonly later: readonly CommandLine[];
    }
  /** Lines that would be commands in a comment, in a text where none are read: they are answered with a hint. */
  | {
      readonly kind: 'misplaced-command';
      readonly repo: Repo;
      readonly issue: number;
      readonly place: CommandPlace;
      /** Of the review, the review comment, the issue or the pull request. */
      readonly sourceId: number;
      readonly by: Sender;
      readonly lines: readonly CandidateLine[];
    }
  | {
      readonly kind: 'click';
      readonly repo: Repo;
      readonly checkRunId: number;
      readonly externalId: string;
      readonly action: 'approve' | 'reject';
      /** The plan that the button was shown for; absent on buttons of older versions. */
      readonly plan?: PlanId;
      readonly by: Sender;
      /** As of a comment. */
      readonly sentAt?: number;
    }
  | {
      readonly kind: 're-run';
      readonly repo: Repo;
      readonly checkRunId: number;
      readonly externalId: string;
      readonly by: Sender;
    }
  /** A deployment that may not be ours. */
  | { readonly kind: 'deployment'; readonly repo: Repo; readonly deployment: Deployment; readonly by: Sender }
  /** The status of any deployment; `since` is the time of the report, `url` has the deployer's details. */
  | {
      readonly kind: 'deployment-status';
      readonly repo: Repo;
      readonly deployment: Deployment;
      readonly status: DeploymentStatus;
      readonly since: number;
      readonly url: string | null;
      /** The account that reported it; null if GitHub does not name it. */
      readonly by?: Reporter | null;
    }
  /** A version was tagged in git; `by` may be a bot. Or somebody clicked Re-run on the answer. */
  | {
      readonly kind: 'git-tag';
      readonly repo: Repo;
      readonly tag: Tag;
      readonly by: Sender;
      readonly because: 'pushed' | 're-run';
    }
  /** GitHub's Re-run of all our checks of a commit. */
  | { readonly kind: 're-run-suite'; readonly repo: Repo; readonly commit: CommitSha; readonly by: Sender }
  /** Renamed, transferred, or back. `since`: nothing was shown after this time, as the App was removed. */
  | {
      readonly kind: 'repo-changed';
      readonly repo: Repo;
      readonly since: number | null;
      /** Its previous name, if it was renamed or transferred. */
      readonly formerName?: RepoName;
    }
  | Lifecycle
  /** A branch has a new head. */
  | {
      readonly kind: 'push';
      readonly repo: Repo;
      readonly branch: string;
      readonly head: CommitSha;
      readonly toDefaultBranch: boolean;
      /** The person who pushed a commit that changes the policy file. */
      readonly policyBy?: Sender;
      /** The same where it only changes a file with a similar name. */
      readonly misnamedBy?: Sender;
    }
  /** A hint that something was pushed to a package, `owner/name` in lower case. */
  | { readonly kind: 'registry-package'; readonly repo: Repo; readonly package: string }
  /** The button on the check run of a staging commit. */
  | {
      readonly kind: 'staging-click';
      readonly repo: Repo;
      readonly checkRunId: number;
      readonly commit: CommitSha;
      /** The first 12 hex digits of the image that the button was shown for; absent on buttons of older versions. */
      readonly digest?: string;
      readonly by: Sender;
    }
  /** GitHub's Re-run of the check of a staging commit. */
  | { readonly kind: 'staging-re-run'; readonly repo: Repo; readonly commit: CommitSha; readonly by: Sender };

/** Changes of installations; nothing is stored about a repository from these. */
export type Lifecycle =
  /** Removed or suspended. */
  | { readonly kind: 'installation-gone'; readonly installationId: number }
  /** Installed, unsuspended, or given these repositories. */
  | { readonly kind: 'installation-back'; readonly installationId: number; readonly repos: readonly Repo[] }
  /** By the word of this installation: another one may have it by now. */
  | {
      readonly kind: 'repo-gone';
      readonly repoId: number;
      readonly installationId: number;
      readonly because: Exclude<CancelCause, 'person'>;
    };

/** The command of one line of a comment, or why it is not run. */
export type CommandLine = OurLine | { readonly kind: 'hint'; readonly hint: CommandHint } | TooManyCommands | NotRun;

/** An eleventh command: none runs. */
export type TooManyCommands = { readonly kind: 'too-many-commands'; readonly count: number; readonly limit: number };

/** A missed comment that is answered but not run: its original text is unknown, or old. */
export type NotRun = {
  readonly kind: 'not-run';
  readonly because: 'edited' | 'old';
  /** The first command in it. */
  readonly typed: string;
  readonly verb: Verb | typeof LONG_FORM;
};
