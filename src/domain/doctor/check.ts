// The checks of `doctor`: each has a name, an outcome, a code, and the values that its words are made of. The words are in messages/.
import type { ImageRepository, RepoName, Tag } from '../image/reference.ts';
import type { TakenName } from '../policy/pinned-name.ts';
import type { OutsideProblem } from '../outside-problem.ts';
import type { PolicyProblem } from '../policy/policy-problem.ts';
import type { DenialCause } from './denial.ts';

/** `unknown`: it could not be checked, and another check says why or what to do. */
export type CheckOutcome = 'ok' | 'warn' | 'fail' | 'unknown';

/** In the order in which they are run; a test compares them with docs/troubleshooting.md. */
export const CHECK_NAMES = [
  'variables',
  'database',
  'app-key',
  'clock',
  'app-permissions',
  'app-events',
  'installation',
  'webhook-secret',
  'webhook-address',
  'deliveries',
  'token',
  'token-scopes',
  'token-expiry',
  'repository',
  'policy',
  'environment',
  'branch',
  'image',
  'registry-credential',
  'registry-read',
  'labels',
  'public',
  'registry-push',
] as const;

export type CheckName = (typeof CHECK_NAMES)[number];

type Of<Name extends CheckName, Result> = { readonly name: Name; readonly outcome: CheckOutcome } & Result;

/** The code is stable; several checks may have one name. */
export type Check = OutsideErrorCheck | ServerCheck | AppCheck | WebhookCheck | TokenCheck | RepoCheck | ImageCheck;

/** A check that failed with an error of GitHub or the registry. */
export type OutsideErrorCheck = Of<
  CheckName,
  { readonly code: 'outside-error'; readonly problem: OutsideProblem; readonly cause: DenialCause | null }
>;

export type ServerCheck =
  | Of<
      'variables',
      | { readonly code: 'variables-readable' }
      | { readonly code: 'variable-unreadable'; readonly detail: string }
      /** Those of `MIN_APPROVALS` and `FORBID_SELF_APPROVAL` that set no minimum. */
      | { readonly code: 'floors-unset'; readonly variables: readonly string[] }
    >
  | Of<
      'database',
      | { readonly code: 'database-readable'; readonly repos: readonly RepoName[] }
      | { readonly code: 'database-unreadable'; readonly problem: OutsideProblem; readonly isRepoNamed: boolean }
    >;

type Grants = { readonly permissions: readonly string[]; readonly events: readonly string[] };

export type AppCheck =
  | Of<
      'app-key',
      | { readonly code: 'no-app'; readonly detail: string }
      | { readonly code: 'key-accepted'; readonly app: string; readonly id: number; readonly owner: string }
      | { readonly code: 'key-refused' | 'app-unreadable'; readonly problem: OutsideProblem }
    >
  /** `aheadMs` is negative if our clock is behind. */
  | Of<'clock', { readonly code: 'clock-right' } | { readonly code: 'clock-wrong'; readonly aheadMs: number }>
  | Of<
      'app-permissions',
      | { readonly code: 'permissions-right' }
      | { readonly code: 'permissions-missing' | 'permissions-surplus'; readonly permissions: readonly string[] }
    >
  | Of<
      'app-events',
      | { readonly code: 'events-right' }
      /** `hint-events-missing`: nothing but hints is missed. */
      | { readonly code: 'events-missing' | 'hint-events-missing'; readonly events: readonly string[] }
    >
  | Of<
      'installation',
      | { readonly code: 'installed-nowhere' }
      | {
          readonly code: 'installation-suspended' | 'installation-not-served' | 'installation-right';
          readonly account: string;
        }
      | ({ readonly code: 'installation-lacks-grants'; readonly account: string } & Grants)
      /** Replaces a check for each one if there are many. `accounts`: the first of them. */
      | {
          readonly code: 'installations-not-served' | 'installations-right';
          readonly count: number;
          readonly accounts: readonly string[];
        }
    >;

type Deliveries = {
  readonly count: number;
  readonly accepted: number;
  readonly newest: { readonly event: string; readonly at: number; readonly status: number; readonly message: string };
};

export type WebhookCheck =
  | Of<
      'webhook-secret',
      | { readonly code: 'no-secret-on-github' | 'secret-unreadable' }
      | { readonly code: 'secret-set' | 'two-secrets-set'; readonly length: number }
    >
  | Of<
      'webhook-address',
      | { readonly code: 'no-webhook-address'; readonly path: string }
      | { readonly code: 'other-webhook-path'; readonly url: string; readonly path: string }
      | { readonly code: 'other-webhook-address'; readonly url: string; readonly publicUrl: string }
      | { readonly code: 'other-content-type'; readonly contentType: string | null }
      | { readonly code: 'certificate-unchecked' | 'webhook-address-right'; readonly url: string }
    >
  | Of<
      'deliveries',
      | { readonly code: 'no-delivery' }
      | ({ readonly code: 'delivery-accepted' | 'signature-refused' | 'delivery-refused' } & Deliveries)
    >;

export type TokenCheck =
  | Of<
      'token',
      | { readonly code: 'no-token' | 'token-of-other-kind' | 'token-refused' }
      | { readonly code: 'token-not-read'; readonly detail: string }
      | { readonly code: 'token-accepted'; readonly login: string }
      | { readonly code: 'token-of-other-account'; readonly login: string; readonly username: string }
    >
  | Of<
      'token-scopes',
      | { readonly code: 'scopes-not-listed' }
      | { readonly code: 'scope-missing' | 'scopes-right' | 'scopes-surplus'; readonly scopes: readonly string[] }
    >
  | Of<
      'token-expiry',
      | { readonly code: 'token-never-expires' }
      | { readonly code: 'token-expires' | 'token-expires-soon'; readonly at: number; readonly daysLeft: number }
    >;

export type EnvironmentSummary = {
  readonly name: string;
  readonly branch: string;
  readonly tags: readonly Tag[];
};

export type RepoCheck =
  | Of<
      'repository',
      | { readonly code: 'github-not-asked'; readonly detail: string }
      | { readonly code: 'app-installed' | 'app-not-installed'; readonly repo: RepoName }
    >
  | Of<
      'policy',
      | { readonly code: 'policy-unreadable'; readonly problems: readonly PolicyProblem[] }
      | { readonly code: 'policy-built-in' }
      | { readonly code: 'policy-readable'; readonly blob: string }
      | { readonly code: 'name-taken'; readonly taken: TakenName }
    >
  | Of<
      'environment',
      {
        readonly code: 'default-environment' | 'no-default-environment';
        readonly environments: readonly EnvironmentSummary[];
      }
    >
  | Of<
      'branch',
      {
        readonly code: 'branch-missing' | 'default-branch-open';
        readonly branch: string;
        readonly repo: RepoName;
      }
    >;

export type ImageCheck =
  | Of<
      'image',
      {
        readonly code:
          'image-not-granted' | 'image-granted-elsewhere' | 'image-of-another-repository' | 'image-not-proven';
        readonly image: ImageRepository;
        readonly repo: RepoName;
        readonly repoId: number;
      }
    >
  | Of<
      'registry-credential',
      | { readonly code: 'credential-set'; readonly host: string; readonly username: string }
      | { readonly code: 'no-credential'; readonly host: string }
    >
  | Of<
      'registry-read',
      {
        readonly code: 'tags-readable' | 'no-staging-tag';
        readonly image: ImageRepository;
        readonly tags: number;
        readonly stagingTags: number;
        readonly tagPrefix: string;
        readonly branch: string;
      }
    >
  | Of<
      'labels',
      | { readonly code: 'labels-set'; readonly image: ImageRepository; readonly tag: Tag }
      | {
          readonly code: 'labels-missing';
          readonly image: ImageRepository;
          readonly tag: Tag;
          readonly labels: readonly string[];
          /** The value that the `source` label must have. */
          readonly source: string;
        }
    >
  | Of<
      'public',
      | {
          readonly code: 'no-tag-to-pull' | 'image-hidden' | 'image-private' | 'image-public';
          readonly image: ImageRepository;
        }
      | {
          readonly code: 'visibility-unknown';
          readonly image: ImageRepository;
          readonly problem: OutsideProblem;
        }
    >
  | Of<'registry-push', { readonly code: 'image-writable'; readonly image: ImageRepository }>;

/** What the checks of one group are about. */
export type CheckSubject =
  { readonly kind: 'server' | 'app' | 'machine-user' } | { readonly kind: 'repository'; readonly name: RepoName };

export type CheckGroup = { readonly about: CheckSubject; readonly checks: readonly Check[] };
