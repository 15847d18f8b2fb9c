// What the outside asks of us: doors translate deliveries into these, and nothing of GitHub's payloads travels further in.
import type { ActingApp } from '../../domain/actor.ts';
import type { CandidateLine, LONG_FORM, OurLine, Verb } from '../../domain/command.ts';
import type { Deployment } from '../../domain/promotion/deployment.ts';
import type { Reporter } from '../../domain/promotion/reporter.ts';
import type { DeploymentStatus } from '../../domain/promotion/promotion-kind.ts';
import type { PlanId } from '../../domain/promotion/approval.ts';
import type { CancelCause, Repo } from '../../domain/promotion/promotion.ts';
import type { CommitSha, RepoName, Tag } from '../../domain/image/reference.ts';
import type { CommandHint, CommandPlace } from '../../domain/reply.ts';

/** The account that GitHub says sent the delivery; its rights are asked when the decision is taken. */
export type Sender = {
  readonly id: number;
  readonly login: string;
  readonly kind: 'user' | 'bot';
  /** The App that wrote the comment with their token, where one did. */
  readonly app?: ActingApp;
};

export type Intent =
  /** A new comment; it waits for its turn in its thread. */
  | {
      readonly kind: 'comment';
      readonly repo: Repo;
      readonly issue: number;
      readonly commentId: number;
      readonly by: Sender;
      /** By GitHub's clock, to the second. */
      readonly writtenAt?: number;
      /** When it should have been received, by our clock, where it was received long after. */
      readonly sentAt?: number;
      readonly lines: readonly CandidateLine[];
      readonly hint: CommandHint | null;
    }
  | {
      readonly kind: 'command';
      readonly repo: Repo;
      readonly issue: number;
      readonly commentId: number;
      readonly by: Sender;
      /** When it was written, as far as that is known. */
      readonly sentAt?: number;
      /** Since when it waits, also for its turn. */
      readonly receivedAt?: number;
      readonly line: CommandLine;
      /** The comment's next commands: each is put into the table when the one before it is done, so none overtakes. */
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
      /** The plan that the button was shown for; buttons of older versions do not tell. */
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
  /** A deployment that is not known to be ours. */
  | { readonly kind: 'deployment'; readonly repo: Repo; readonly deployment: Deployment; readonly by: Sender }
  /** How a deployment of anybody goes; `since` is when GitHub was told, `url` where its deployer tells more. */
  | {
      readonly kind: 'deployment-status';
      readonly repo: Repo;
      readonly deployment: Deployment;
      readonly status: DeploymentStatus;
      readonly since: number;
      readonly url: string | null;
      /** Who reported it; null where GitHub does not say. */
      readonly by?: Reporter | null;
    }
  /** A version was tagged in git; `by` may be a bot. Or somebody wants the answer to it looked at again. */
  | {
      readonly kind: 'git-tag';
      readonly repo: Repo;
      readonly tag: Tag;
      readonly by: Sender;
      readonly because: 'pushed' | 're-run';
    }
  /** GitHub's Re-run of all our checks of a commit. */
  | { readonly kind: 're-run-suite'; readonly repo: Repo; readonly commit: CommitSha; readonly by: Sender }
  /** Renamed, transferred, or back; `since`: what was to be shown after that time was not, as the App was away. */
  | {
      readonly kind: 'repo-changed';
      readonly repo: Repo;
      readonly since: number | null;
      /** What it was called until now, where it was renamed or transferred. */
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
      /** Who pushed a commit that changes the policy file. */
      readonly policyBy?: Sender;
    }
  /** A hint that something came into a package, `owner/name` in lower case. */
  | { readonly kind: 'registry-package'; readonly repo: Repo; readonly package: string }
  /** The button on the check run of a staging commit. */
  | {
      readonly kind: 'staging-click';
      readonly repo: Repo;
      readonly checkRunId: number;
      readonly commit: CommitSha;
      /** The first 12 hex digits of the image that the button was shown for; buttons of older versions do not tell. */
      readonly digest?: string;
      readonly by: Sender;
    }
  /** GitHub's Re-run of the check of a staging commit. */
  | { readonly kind: 'staging-re-run'; readonly repo: Repo; readonly commit: CommitSha; readonly by: Sender };

/** Where the App may act: nothing of one repository is to be remembered of these. */
export type Lifecycle =
  /** Removed or suspended. */
  | { readonly kind: 'installation-gone'; readonly installationId: number }
  /** Installed, let act again, or given these repositories. */
  | { readonly kind: 'installation-back'; readonly installationId: number; readonly repos: readonly Repo[] }
  /** By the word of this installation: another one may have it by now. */
  | {
      readonly kind: 'repo-gone';
      readonly repoId: number;
      readonly installationId: number;
      readonly because: Exclude<CancelCause, 'person'>;
    };

/** What one line of a comment asks of us, or why it is not run. */
export type CommandLine = OurLine | { readonly kind: 'hint'; readonly hint: CommandHint } | TooManyCommands | NotRun;

/** An eleventh command: none runs. */
export type TooManyCommands = { readonly kind: 'too-many-commands'; readonly count: number; readonly limit: number };

/** A comment that no webhook told of is answered only, where what it said when it was written is not known, or long ago. */
export type NotRun = {
  readonly kind: 'not-run';
  readonly because: 'edited' | 'old';
  /** The first command in it. */
  readonly typed: string;
  readonly verb: Verb | typeof LONG_FORM;
};
