// Puts what a policy file says over the built-in policy: written keys win, lists and `environments` replace.
import {
  builtInPolicy,
  defaultEnvironment,
  type ApprovalPolicy,
  type EnvironmentPolicy,
  type Policy,
  type ValidationPolicy,
} from '../../domain/policy/policy.ts';
import type { RepoName } from '../../domain/image/reference.ts';
import type { EnvironmentFile, PromotionFile } from './schema.ts';

export function toPolicy(
  file: PromotionFile,
  around: { readonly blob: string; readonly repo: RepoName; readonly registryHost: string },
): Policy {
  const { blob, repo, registryHost } = around;
  const base = builtInPolicy({ repo, registryHost, preset: file.preset ?? 'default' });
  const { staging, hotfix, rollback, force, drift } = file;
  return {
    blob,
    images: file.images ?? base.images,
    staging: {
      branch: staging?.branch ?? base.staging.branch,
      tagPrefix: staging?.tag_prefix ?? base.staging.tagPrefix,
      deployed: staging?.deployed ?? base.staging.deployed,
      reporters: staging?.reporters ?? base.staging.reporters,
    },
    hotfix: {
      branch: hotfix?.branch ?? base.hotfix.branch,
      tagPrefix: hotfix?.tag_prefix ?? base.hotfix.tagPrefix,
    },
    environments: listEnvironments(file, base.environments).map(([environment, written]) =>
      withDrift(environment, written?.drift ?? drift),
    ),
    validation: toValidation(file.validation, base.validation),
    rollback: {
      role: rollback?.role ?? base.rollback.role,
      approvals: { required: rollback?.approvals?.required ?? base.rollback.approvals.required },
    },
    force: { role: force?.role ?? base.force.role },
  };
}

function listEnvironments(
  { environments: written, preset }: Pick<PromotionFile, 'environments' | 'preset'>,
  builtIn: readonly EnvironmentPolicy[],
): readonly (readonly [EnvironmentPolicy, EnvironmentFile | null])[] {
  if (written === undefined) return builtIn.map((environment) => [environment, null]);
  return Object.entries(written).map(([name, file]) => [toEnvironment(name, file, preset), file]);
}

/** The value of an environment overrides the value for all environments. */
function withDrift(environment: EnvironmentPolicy, written: PromotionFile['drift']): EnvironmentPolicy {
  const interval = written?.interval;
  return interval === undefined
    ? environment
    : { ...environment, driftIntervalMs: interval === 'off' ? null : interval };
}

function toEnvironment(name: string, written: EnvironmentFile, preset: PromotionFile['preset']): EnvironmentPolicy {
  const base = defaultEnvironment(name, preset);
  return {
    name,
    branch: written.branch ?? base.branch,
    tags: written.tags ?? base.tags,
    keepAs: written.keep_as === undefined ? base.keepAs : written.keep_as === 'off' ? null : written.keep_as,
    rollbackTags: written.rollback_tags ?? base.rollbackTags,
    approvals: toApprovals(written.approvals, base.approvals),
    order: written.order ?? base.order,
    deployment: {
      create: written.deployment?.create ?? base.deployment.create,
      environment: written.deployment?.environment ?? base.deployment.environment,
      reporters: written.deployment?.reporters ?? base.deployment.reporters,
    },
    driftIntervalMs: base.driftIntervalMs,
  };
}

function toApprovals(written: EnvironmentFile['approvals'], base: ApprovalPolicy): ApprovalPolicy {
  const users = written?.users ?? base.users;
  return {
    required: written?.required ?? base.required,
    // If people are listed, only they count, unless the file also has a role.
    role: written?.role ?? (users.length > 0 ? null : base.role),
    users,
    selfApproval: written?.self_approval ?? base.selfApproval,
    apps: written?.apps ?? base.apps,
    contributors: written?.contributors ?? base.contributors,
  };
}

function toValidation(written: PromotionFile['validation'], base: ValidationPolicy): ValidationPolicy {
  const { size, layers, labels, platforms, content } = written ?? {};
  return {
    size: {
      level: size?.level ?? base.size.level,
      minBytes: size?.min ?? base.size.minBytes,
      maxBytes: size?.max ?? base.size.maxBytes,
    },
    layers: { level: layers?.level ?? base.layers.level, max: layers?.max ?? base.layers.max },
    command: written?.command ?? base.command,
    labels: { level: labels?.level ?? base.labels.level, required: labels?.required ?? base.labels.required },
    healthcheck: written?.healthcheck ?? base.healthcheck,
    rejectedBefore: written?.rejected_before ?? base.rejectedBefore,
    tagOverwritten: written?.tag_overwritten ?? base.tagOverwritten,
    platforms: {
      level: platforms?.level ?? base.platforms.level,
      required: platforms?.required ?? base.platforms.required,
    },
    content: { match: content?.match ?? base.content.match, ignore: content?.ignore ?? base.content.ignore },
  };
}
