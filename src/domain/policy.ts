// What a repository's policy says; without a file, the built-in policy holds.
import type { Role } from './actor.ts';
import { parseImageRepository, parseTag, type ImageRepository, type RepoName, type Tag } from './reference.ts';

export type Policy = {
  /** Git blob id of the policy file, or `none`: what a review was made under. */
  readonly blob: string;
  readonly images: readonly ImageRepository[];
  readonly staging: { readonly branch: string; readonly tagPrefix: string };
  readonly environments: readonly EnvironmentPolicy[];
  readonly validation: ValidationPolicy;
};

export type EnvironmentPolicy = {
  readonly name: string;
  readonly branch: string;
  /** Floating tags, written last, in this order. */
  readonly tags: readonly Tag[];
  /** Template of the tag that keeps the promoted digest, with `{source}`; null for none. */
  readonly keepAs: string | null;
  readonly rollbackTags: boolean;
  readonly approvals: ApprovalPolicy;
};

export type ApprovalPolicy = {
  readonly required: number;
  readonly role: Role;
  readonly selfApproval: boolean;
};

export type Level = 'fail' | 'warn' | 'off';

export type ValidationPolicy = {
  readonly size: { readonly level: Level; readonly minBytes: number; readonly maxBytes: number };
  readonly layers: { readonly level: Level; readonly max: number };
  readonly command: Level;
  readonly labels: { readonly level: Level; readonly required: readonly string[] };
};

const MEGABYTE = 1_000_000;

/** The policy of a repository without a policy file: one image, named like the repository, to `production`. */
export function builtInPolicy(args: { readonly repo: RepoName; readonly registryHost: string }): Policy {
  const image = parseImageRepository(`${args.registryHost}/${args.repo.toLowerCase()}`);
  return {
    blob: 'none',
    images: image === null ? [] : [image],
    staging: { branch: 'staging', tagPrefix: 'staging' },
    environments: [
      {
        name: 'production',
        branch: 'main',
        tags: ['main', 'latest'].map(parseTag).filter((tag) => tag !== null),
        keepAs: 'main-{source}',
        rollbackTags: true,
        approvals: { required: 1, role: 'write', selfApproval: false },
      },
    ],
    validation: {
      size: { level: 'fail', minBytes: 100 * MEGABYTE, maxBytes: 2000 * MEGABYTE },
      layers: { level: 'fail', max: 100 },
      command: 'fail',
      labels: {
        level: 'warn',
        required: ['org.opencontainers.image.source', 'org.opencontainers.image.revision'],
      },
    },
  };
}

/** The environment that a command means: the named one; with no name `production`, else the only one. */
export function findEnvironment(policy: Policy, name: string | null): EnvironmentPolicy | null {
  if (name !== null) return policy.environments.find((environment) => environment.name === name) ?? null;
  const production = policy.environments.find((environment) => environment.name === 'production');
  if (production !== undefined) return production;
  return policy.environments.length === 1 ? (policy.environments[0] ?? null) : null;
}
