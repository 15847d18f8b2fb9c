// Decides from what an environment held, one digest after another, what a rollback goes back to and how that is known.
import type { Person } from '../actor.ts';
import type { CommitSummary, PastRollback } from '../image/image-facts.ts';
import type { CommitSha, Digest, Tag } from '../image/reference.ts';
import { otherNameOnGitHub, type EnvironmentPolicy } from '../policy/policy.ts';
import { formatNumber, type Failure, type Promotion } from './promotion.ts';
import type { DeploymentStatus } from './promotion-kind.ts';
import type { NamedTarget, TargetOrigin, TargetOutcome, UnprovenCause } from './target-origin.ts';

/** One digest that an environment held. */
export type Holding = {
  readonly digest: Digest;
  /** `baseline`: what the environment held before its first promotion, as the plan of that promotion says. */
  readonly kind: 'baseline' | 'promotion' | 'rollback';
  /** The number of `P12`; of a baseline, that of the promotion which took its place. */
  readonly promotion: number;
  readonly at: number;
  readonly by: Person;
  /** Logins of those whose approvals counted, oldest first. */
  readonly approvedBy: readonly string[];
  /** The commit that the image proved then; null if none, or not recorded. */
  readonly commit: CommitSha | null;
  /** Subject and author of its commit; null if not recorded. */
  readonly summary: CommitSummary | null;
  /** True if rules were overridden for it. */
  readonly forced: boolean;
  /** The floating tags that held it. */
  readonly floating: readonly Tag[];
  /** The environment of GitHub's that it was deployed to; null where no deployment was made. */
  readonly deployedTo: string | null;
  /** The latest report of a deployer, and when it came. */
  readonly report: { readonly status: DeploymentStatus; readonly at: number } | null;
  /** Tags that keep it. */
  readonly tags: readonly Tag[];
};

/** The holdings of one environment, oldest first. */
export type History = readonly Holding[];

/** The environment as the current policy has it; nothing else proves that it held a target. */
export type Today = {
  /** Its floating tags. */
  readonly floating: readonly Tag[];
  /** The environment of GitHub's that a deployment is made to; null where it has the same name, or none is made. */
  readonly deployedTo: string | null;
};

export function todayOf(environment: Pick<EnvironmentPolicy, 'name' | 'tags' | 'deployment'>): Today {
  const { tags: floating, deployment } = environment;
  return { floating, deployedTo: deployment.create ? otherNameOnGitHub(environment) : null };
}

/**
 * How it is known that the environment held this digest. Only our own journal counts: the name of a tag proves nothing, and
 * what somebody else put under a floating tag is not ours.
 */
export function originOf(args: Today & { readonly history: History; readonly digest: Digest }): TargetOrigin {
  const { history, digest, floating, deployedTo } = args;
  const held = history.filter((holding) => holding.digest === digest);
  const known = nameHolding(held);
  const underTags = held.filter((holding) => floating.every((tag) => holding.floating.includes(tag)));
  // What other tags held before the first promotion was never checked, and never was in the environment as it is today.
  if (known === null || (known.kind === 'baseline' && underTags.length === 0)) {
    return { kind: 'unproven', because: 'never-held', promotion: null, forced: false };
  }
  const { forced } = known;
  const report = latestReport(held);
  const outcome: TargetOutcome['outcome'] = report ?? 'promoted';
  // Nobody promoted what was there before the first promotion.
  const put = known.kind === 'baseline' ? { promotion: null } : { promotion: known.promotion, outcome };
  const unproven = (because: UnprovenCause): TargetOrigin => ({ kind: 'unproven', because, ...put, forced });
  if (underTags.length === 0) return unproven('other-tags');
  // Who may approve for one environment of GitHub's agreed to nothing in another one.
  if (deployedTo !== null && !underTags.some((holding) => holding.deployedTo?.toLowerCase() === deployedTo)) {
    return unproven('other-deployment');
  }
  if (report === 'deployment-failed') return unproven('deployment-failed');
  if (isLeft(history, digest)) return unproven('left');
  return known.kind === 'baseline'
    ? { kind: 'baseline', promotion: known.promotion }
    : { kind: 'held', promotion: known.promotion, outcome, forced };
}

/** Whether a rollback left this digest; the newest one counts. */
export function pastRollbackOf({
  history,
  digest,
}: {
  readonly history: History;
  readonly digest: Digest;
}): PastRollback {
  const rollback = history.findLast((_, at) => leftAt(history, at) === digest);
  return rollback === undefined ? { kind: 'none' } : { kind: 'rolled-back', by: rollback.promotion };
}

/**
 * What a rollback without a target may go back to, newest first, each digest once: what was held before the current one and
 * is proven. A `current` that history does not know, or none at all, came after all of it.
 */
export function defaultTargets(args: Today & { readonly history: History; readonly current: Digest | null }): History {
  const { history, current, ...today } = args;
  const since = history.findLastIndex(({ digest }) => digest === current);
  // If somebody set production back to an old digest by hand, later digests are no targets: they may be the reason.
  const before = since === -1 ? history : history.slice(0, since);
  return newestOfEach(before).filter(
    (holding) =>
      holding.digest !== current &&
      originOf({ history, digest: holding.digest, ...today }).kind !== 'unproven' &&
      !isPassedOver(history, holding),
  );
}

/** What a rollback without a target goes back to; null where there is nothing. */
export function defaultTarget(args: Parameters<typeof defaultTargets>[0]): NamedTarget | null {
  const [target] = defaultTargets(args);
  if (target === undefined) return null;
  const { digest } = target;
  return { name: targetName(args.history, digest), digest, origin: originOf({ ...args, digest }) };
}

/** What production held before a promotion left its tags on different images; null for any other failure. */
export function digestBefore({ production, tags }: Failure): Digest | null {
  if (production !== 'mixed') return null;
  return tags.find(({ kind, from }) => kind === 'floating' && from !== null)?.from ?? null;
}

/** The latest report of a deployer on a promotion; null where there is none. */
export function reportOf({ state }: Pick<Promotion, 'state'>): Holding['report'] {
  switch (state.kind) {
    case 'deploying':
    case 'deployed':
    case 'deployment-failed':
      return { status: state.kind, at: state.since };
    default:
      return null;
  }
}

/** The promotion that people know a digest by: the one that put it there last, or a rollback; null where there is none. */
export function promotionOf(history: History, digest: Digest): number | null {
  const known = nameHolding(history.filter((holding) => holding.digest === digest));
  return known === null || known.kind === 'baseline' ? null : known.promotion;
}

/** The outcome of a digest: its last promotion, and the latest report. Null if it was never held. */
export function outcomeOf(history: History, digest: Digest): Outcome | null {
  const held = history.filter((holding) => holding.digest === digest);
  const known = nameHolding(held);
  if (known === null) return null;
  const { kind, promotion, forced, approvedBy } = known;
  return { promotion: kind === 'baseline' ? null : promotion, forced, approvedBy, report: latestReport(held) };
}

export type Outcome = Pick<Holding, 'forced' | 'approvedBy'> & {
  /** The number of the promotion that people know it by; null for what was there before the first one. */
  readonly promotion: number | null;
  readonly report: DeploymentStatus | null;
};

/** What became of an image in an environment, as lists show it. */
export type ImageOutcome = Outcome & {
  readonly environment: string;
  /** Whether the environment holds it now. */
  readonly isCurrent: boolean;
  /** A rollback left it, and it was not promoted since. */
  readonly isRolledBack: boolean;
};

/** Put there by hand, before anything was promoted. */
const NO_OUTCOME = { promotion: null, forced: false, approvedBy: [], report: null } as const;

/** `current`: what the environment holds now. Null if it never held this digest. */
export function imageOutcomeOf(args: {
  readonly history: History;
  readonly digest: Digest;
  readonly current: Digest | null;
  readonly environment: string;
}): ImageOutcome | null {
  const { history, digest, current, environment } = args;
  const isCurrent = digest === current;
  const outcome = outcomeOf(history, digest);
  if (outcome === null && !isCurrent) return null;
  const isRolledBack = !isCurrent && isLeft(history, digest);
  return { environment, isCurrent, isRolledBack, ...(outcome ?? NO_OUTCOME) };
}

/** What `/rollback to` takes for a digest of history: the number of its promotion, else a rollback tag of ours, or itself. */
export function targetName(history: History, digest: Digest): string {
  const promotion = promotionOf(history, digest);
  if (promotion !== null) return formatNumber(promotion);
  const tags = history.find((holding) => holding.digest === digest)?.tags ?? [];
  return tags.find((tag) => tag.startsWith('rollback-')) ?? digest;
}

/** The newest holding of each digest, newest first. */
export function newestOfEach(history: History): History {
  const seen = new Map<Digest, Holding>();
  for (const holding of history.toReversed()) if (!seen.has(holding.digest)) seen.set(holding.digest, holding);
  return [...seen.values()];
}

/** By the report's own time: an older promotion may be reported on after a newer one. */
function latestReport(held: History): DeploymentStatus | null {
  const reports = held.flatMap(({ report }) => (report === null ? [] : [report]));
  return reports.toSorted((one, other) => one.at - other.at).at(-1)?.status ?? null;
}

/** Among the holdings of one digest: the promotion that put it there last, a rollback or the baseline where there is none. */
function nameHolding(held: History): Holding | null {
  return held.findLast(({ kind }) => kind === 'promotion') ?? held.at(-1) ?? null;
}

/** The promotions before and after it were deployed and reported on, so there is a deployer, and it never got to this one. */
function isPassedOver(history: History, holding: Holding): boolean {
  const { digest } = holding;
  if (history.some((one) => one.digest === digest && one.report !== null)) return false;
  const at = history.lastIndexOf(holding);
  const [before, after] = [history[at - 1], history[at + 1]];
  return (before?.report ?? null) !== null && (after?.report ?? null) !== null;
}

/** Whether a rollback left the digest since it was last promoted. */
export function isLeft(history: History, digest: Digest): boolean {
  const promoted = history.findLastIndex((holding) => holding.digest === digest && holding.kind === 'promotion');
  return history.some((_, at) => at > promoted && leftAt(history, at) === digest);
}

/** A rollback to what our history held last undoes a change by hand; that digest was not left by it. */
function leftAt(history: History, index: number): Digest | null {
  const before = history[index - 1]?.digest ?? null;
  const holding = history[index];
  return holding?.kind === 'rollback' && before !== holding.digest ? before : null;
}
