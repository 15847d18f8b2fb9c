// Reads policy files for tests, and shows what came out in short.
import { readPromotionFile, type PromotionFileReading } from '../../src/config/promotion-file.ts';
import type { EnvironmentPolicy, Policy } from '../../src/domain/policy/policy.ts';
import { repoName } from '../domain/build.ts';

export const REPO = repoName('acme/dotca');
export const BLOB = 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391';

/** All defaults, as issue and docs show them. */
export const FULL_FILE = `images: [ghcr.io/acme/dotca]
staging: { branch: staging, tag_prefix: staging, deployed: warn, reporters: [] }
hotfix: { branch: main, tag_prefix: hotfix }
environments:
  production:
    branch: main
    tags: [main, latest]              # floating, written last, in this order
    keep_as: main-{source}
    rollback_tags: true
    approvals: { required: 1, role: write, users: [], self_approval: false }
    order: fail
    deployment: { create: true, environment: production, reporters: [] }
validation:
  size: { level: fail, min: 100MB, max: 2GB }
  layers: { level: fail, max: 100 }
  command: fail
  labels: { level: fail, required: [org.opencontainers.image.source, org.opencontainers.image.revision] }
  healthcheck: warn
  rejected_before: warn
  tag_overwritten: warn
  platforms: { level: fail, required: [] }
  content: { match: off, ignore: [] }
rollback: { role: write, approvals: { required: 0 } }
force: { role: maintain }
drift: { interval: 5m }
`;

export function read(text: string): PromotionFileReading {
  return readPromotionFile({ text, blob: BLOB, repo: REPO, registryHost: 'ghcr.io' });
}

export function policyOf(text: string): Policy {
  const reading = read(text);
  if (reading.kind === 'problems') throw new Error(JSON.stringify(reading.problems, null, 1));
  return reading.policy;
}

export function environmentOf(text: string, name = 'production'): EnvironmentPolicy {
  const found = policyOf(text).environments.find((environment) => environment.name === name);
  if (found === undefined) throw new Error(`no environment ${name}`);
  return found;
}

/** One line a problem, its code and its values: `2:3 force.role: illegal-value legal=… seen=…`. */
export function problemsOf(text: string): readonly string[] {
  const reading = read(text);
  if (reading.kind === 'policy') return [];
  return reading.problems.map(({ line, column, path, ...rest }) => {
    const { code, ...values } = rest;
    const told = Object.entries(values).map(([name, value]) => `${name}=${short(value)}`);
    return `${line}:${column} ${path}: ${[code, ...told].join(' ')}`;
  });
}

/** Nested values as lists of their own values: `legal=one-of fail, warn, off`. */
function short(value: unknown): string {
  if (Array.isArray(value)) return value.map(short).join(', ');
  if (typeof value === 'object' && value !== null) return Object.values(value).map(short).join(' ');
  return String(value);
}
