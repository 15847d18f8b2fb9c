// What a repository's policy says; without a file, the built-in policy holds.
import { nearestOf } from '../edit-distance.ts';
import type { Person, Role } from '../actor.ts';
import { REVISION_LABEL, SOURCE_LABEL } from '../image/image-facts.ts';
import type { RuledKind } from '../promotion/promotion-kind.ts';
import { parseImageRepository, parseTag, type ImageRepository, type RepoName, type Tag } from '../image/reference.ts';

/** Where a repository's policy file is, on its default branch. */
export const POLICY_PATH = '.github/promotion.yml';

export type Policy = {
  /** Git blob id of the policy file, or `none`: what a review was made under. */
  readonly blob: string;
  readonly images: readonly ImageRepository[];
  readonly staging: SourcePolicy & {
    /** Whether the commit's latest deployment to environment `staging` must have succeeded. */
    readonly deployed: 'off' | 'warn' | 'required';
    /** Accounts whose statuses of staging deployments count. */
    readonly reporters: readonly Person[];
  };
  /** The second source, for promotions by force. */
  readonly hotfix: SourcePolicy;
  readonly environments: readonly EnvironmentPolicy[];
  readonly validation: ValidationPolicy;
  readonly rollback: { readonly role: Role; readonly approvals: { readonly required: number } };
  readonly force: { readonly role: Role };
};

/** Images of this branch are tagged `<tagPrefix>-<commit>`. */
export type SourcePolicy = { readonly branch: string; readonly tagPrefix: string };

export type EnvironmentPolicy = {
  readonly name: string;
  readonly branch: string;
  /** Floating tags, written last, in this order. */
  readonly tags: readonly Tag[];
  /** Template of the tag that keeps the promoted digest, with `{source}`; null for none. */
  readonly keepAs: string | null;
  readonly rollbackTags: boolean;
  readonly approvals: ApprovalPolicy;
  /** For an image whose commit is older than that of the held image. */
  readonly order: Level;
  /** The GitHub Deployment that follows, to an environment of GitHub's. */
  readonly deployment: {
    readonly create: boolean;
    readonly environment: string;
    /** Whose statuses count, besides those of GitHub Actions and of the deployment's creator. */
    readonly reporters: readonly Person[];
  };
  /** How often drift is checked; null: never. */
  readonly driftIntervalMs: number | null;
};

export type ApprovalPolicy = {
  readonly required: number;
  /** People with this role or above may review; null: only the listed users. */
  readonly role: Role | null;
  /** Logins, each perhaps with `#` and its id: these may review whatever their role. See `Pins`. */
  readonly users: readonly string[];
  readonly selfApproval: boolean;
  /** Slugs of Apps through which people may approve, force and roll back; as `users`, perhaps with an id. */
  readonly apps: readonly string[];
  /** What an approval by an author of the promoted commits is worth. */
  readonly contributors: 'allow' | 'warn' | 'refuse';
};

export type Level = 'fail' | 'warn' | 'off';

export type ValidationPolicy = {
  readonly size: { readonly level: Level; readonly minBytes: number; readonly maxBytes: number };
  readonly layers: { readonly level: Level; readonly max: number };
  readonly command: Level;
  readonly labels: { readonly level: Level; readonly required: readonly string[] };
  readonly healthcheck: Level;
  /** For an image that a person rejected before. */
  readonly rejectedBefore: Level;
  /** For a commit tag that held another image when the staging check examined it. */
  readonly tagOverwritten: Level;
  /** For an image that lacks a platform which the held image has, or which is required. */
  readonly platforms: { readonly level: Level; readonly required: readonly string[] };
  /** Whether the image must have the code of the environment's branch. */
  readonly content: ContentPolicy;
};

export type ContentPolicy = {
  /** `identical`: the same files; `subset`: no commits of its own. */
  readonly match: 'identical' | 'subset' | 'off';
  /** Patterns of paths, as `docs/**`: files that may differ. */
  readonly ignore: readonly string[];
};

/** `strict` makes the whole list of checks binding. */
export type Preset = 'default' | 'strict';

const MEGABYTE = 1_000_000;
const PRODUCTION = 'production';
const DRIFT_INTERVAL_MS = 5 * 60 * 1000;

/** The policy of a repository without a policy file: one image, named like the repository, to `production`. */
export function builtInPolicy(args: {
  readonly repo: RepoName;
  readonly registryHost: string;
  readonly preset?: Preset;
}): Policy {
  const image = parseImageRepository(`${args.registryHost}/${args.repo.toLowerCase()}`);
  const binding = args.preset === 'strict';
  return {
    blob: 'none',
    images: image === null ? [] : [image],
    staging: { branch: 'staging', tagPrefix: 'staging', deployed: binding ? 'required' : 'warn', reporters: [] },
    hotfix: { branch: 'main', tagPrefix: 'hotfix' },
    environments: [defaultEnvironment(PRODUCTION, args.preset)],
    validation: {
      size: { level: 'fail', minBytes: 100 * MEGABYTE, maxBytes: 2000 * MEGABYTE },
      layers: { level: 'fail', max: 100 },
      command: 'fail',
      // Without them the image's owner is unknown, and there is no check run and no deployment.
      labels: { level: 'fail', required: [SOURCE_LABEL, REVISION_LABEL] },
      healthcheck: binding ? 'fail' : 'warn',
      rejectedBefore: binding ? 'fail' : 'warn',
      tagOverwritten: binding ? 'fail' : 'warn',
      platforms: { level: 'fail', required: [] },
      content: { match: 'off', ignore: [] },
    },
    // The target was approved once, and at three in the morning there is no second person.
    rollback: { role: 'write', approvals: { required: 0 } },
    force: { role: 'maintain' },
  };
}

/**
 * An environment with nothing but its name in the file. All but `production` have one floating tag of the same name (none
 * if that is not a valid tag), and neither permanent nor rollback tags.
 */
export function defaultEnvironment(name: string, preset: Preset = 'default'): EnvironmentPolicy {
  const isProduction = name === PRODUCTION;
  return {
    name,
    branch: 'main',
    tags: (isProduction ? ['main', 'latest'] : [name]).map(parseTag).filter((tag) => tag !== null),
    keepAs: isProduction ? 'main-{source}' : null,
    rollbackTags: isProduction,
    approvals: {
      required: 1,
      role: 'write',
      users: [],
      selfApproval: false,
      apps: [],
      contributors: preset === 'strict' ? 'refuse' : 'warn',
    },
    order: isProduction ? 'fail' : 'off',
    deployment: { create: true, environment: name, reporters: [] },
    driftIntervalMs: DRIFT_INTERVAL_MS,
  };
}

/**
 * The GitHub environment that it is deployed to, in lower case, as GitHub ignores case; null if it has the same name, as
 * by default.
 */
export function otherNameOnGitHub({ name, deployment }: Pick<EnvironmentPolicy, 'name' | 'deployment'>): string | null {
  const onGitHub = deployment.environment.toLowerCase();
  return onGitHub === name.toLowerCase() ? null : onGitHub;
}

/** The environment that a command means: the named one; without a name, `production` or else the only one. */
export function findEnvironment(policy: Policy, name: string | null): EnvironmentPolicy | null {
  if (name !== null) return policy.environments.find((environment) => environment.name === name) ?? null;
  const production = policy.environments.find((environment) => environment.name === PRODUCTION);
  if (production !== undefined) return production;
  return policy.environments.length === 1 ? (policy.environments[0] ?? null) : null;
}

/** The environment of this name, else the one whose name differs only in case. */
export function environmentNamedBy(policy: Policy, word: string): EnvironmentPolicy | null {
  const exact = policy.environments.find(({ name }) => name === word);
  return exact ?? policy.environments.find(({ name }) => name.toLowerCase() === word.toLowerCase()) ?? null;
}

/** The same for a word that begins alike, or is misspelled: good for a question, never for a decision. */
export function environmentMeantBy(policy: Policy, word: string): EnvironmentPolicy | null {
  const named = environmentNamedBy(policy, word);
  if (named !== null || policy.environments.some(({ tags }) => tags.some((tag) => tag === word))) return named;
  const names = policy.environments.map(({ name }) => name);
  const begun = names.filter((name) => word.length > 2 && name.toLowerCase().startsWith(word.toLowerCase()));
  const meant = begun.length === 1 ? begun[0] : nearestOf(word, names);
  return policy.environments.find(({ name }) => name === meant) ?? null;
}

/**
 * The policy of one promotion: a rollback to what the environment held has approvals of its own, any other rollback needs
 * those of the environment too, and a pushed git tag needs none.
 */
export function environmentPolicyFor(args: {
  readonly policy: Policy;
  readonly environment: EnvironmentPolicy;
  readonly kind: RuledKind;
}): EnvironmentPolicy {
  const { environment } = args;
  return { ...environment, approvals: { ...environment.approvals, required: requiredFor(args) } };
}

function requiredFor({ policy, environment, kind }: Parameters<typeof environmentPolicyFor>[0]): number {
  const { required: forRollback } = policy.rollback.approvals;
  switch (kind) {
    case 'promotion':
      return environment.approvals.required;
    case 'unproven-rollback':
    case 'rollback-to-new':
      return Math.max(environment.approvals.required, forRollback);
    case 'rollback':
      return forRollback;
    case 'version':
      return 0;
  }
}
