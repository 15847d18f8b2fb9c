// Detects drift: reads an environment, confirms differences before it alerts, and detects the end of a drift.
import type { AuditEntry } from '../../domain/audit/audit.ts';
import {
  judgeCheck,
  sameDifferences,
  type Drift,
  type DriftEnd,
  type UnconfirmedDifferences,
} from '../../domain/promotion/drift.ts';
import type { Effect } from '../../domain/effect.ts';
import { OutsideError } from '../../net/outside-error.ts';
import { listOpenDrifts, type DriftWrite } from '../../store/drifts.ts';
import { findPromotion } from '../../store/promotions/promotions.ts';
import { findRepo } from '../../store/repos.ts';
import { type Commit } from '../core/commit.ts';
import { DONE, type Job, type JobDefinition, type JobOutcome } from '../core/handler.ts';
import type { Services } from '../core/services.ts';
import { snapshotProduction, type ProductionSnapshot } from './snapshot-production.ts';
import { findSubject, type DriftScope, type Subject } from './subject.ts';

/** For some seconds, registries show what was before a write. */
const CONFIRM_AFTER_MS = 45_000;
/** While tags are moved. */
const RECHECK_AFTER_MS = 60_000;
/** If the registry does not answer: a day until the next check would be too long. */
const ASK_AGAIN_AFTER_MS = 5 * 60_000;

export const checkDrift: JobDefinition<'check-drift'> = {
  key: ({ repoId, environment }) => `${repoId}/${environment}`,
  queue: 'drift',
  traits: ['asks-registry', 'repeats'],
  handle,
};

async function handle({ payload }: Job<'check-drift'>, services: Services): Promise<JobOutcome> {
  const { repoId, environment, unconfirmed } = payload;
  const repo = await findRepo(services.store.db, repoId);
  if (repo === null) throw new Error(`repository ${repoId} is not in the database`);
  const place = { repo, environment };
  const secondCheckAt = unconfirmed === null ? 0 : unconfirmed.at + CONFIRM_AFTER_MS;
  if (services.now() < secondCheckAt) return again(secondCheckAt, 'it is too early for a second look');
  const subject = await findSubject(services, place);
  if (subject.kind === 'not-watched') return stopWatching(services, place);
  if (subject.kind === 'busy') return again(services.now() + RECHECK_AFTER_MS, 'a promotion is moving the tags');
  let seen: ProductionSnapshot;
  try {
    seen = await snapshotProduction(services, subject);
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    services.log.warn({ err: error, repo: repo.name, environment }, 'could not check for drift');
    const at = services.now() + ASK_AGAIN_AFTER_MS;
    return again(Math.max(at, error.retryAt ?? 0), null);
  }
  return judge(services, { place, subject, seen, unconfirmed });
}

async function judge(
  services: Services,
  check: {
    readonly place: DriftScope;
    readonly subject: Subject;
    readonly seen: ProductionSnapshot;
    readonly unconfirmed: UnconfirmedDifferences | null;
  },
): Promise<JobOutcome> {
  const { place, subject, seen } = check;
  const { last, intervalMs } = subject;
  const { repo, environment } = place;
  const now = services.now();
  const open = await listOpenDrifts(services.store.db, { repoId: repo.id, environment });
  const verdict = judgeCheck({ seen: seen.differences, unconfirmed: check.unconfirmed?.differences ?? [], open });
  const ended = verdict.known.filter(({ left }) => left.length === 0).map(({ drift }) => drift);
  const changed = verdict.known
    .filter(({ left }) => left.length > 0)
    .map(({ drift: { alternativeOutcome: _before, ...drift }, left: differences }) => ({
      ...drift,
      differences,
      ...seen.other,
    }))
    .filter((drift) => !open.some((one) => one.id === drift.id && isShownAlike(one, drift)));
  const begun =
    verdict.confirmed.length === 0 ? [] : [begin(services, { subject, seen, place, differences: verdict.confirmed })];
  const next =
    verdict.unconfirmed.length > 0
      ? { at: now + CONFIRM_AFTER_MS, unconfirmed: { at: now, differences: verdict.unconfirmed } }
      : intervalMs === null
        ? null
        : { at: now + intervalMs, unconfirmed: null };
  const isNews = ended.length + changed.length + begun.length > 0 || check.unconfirmed !== null;
  if (!isNews && next?.unconfirmed === null) return again(next.at, null);
  const ends = await endAll(services, ended, (drift) =>
    drift.promotionId === last.id ? { kind: 'put-right' } : { kind: 'promotion', number: last.number },
  );
  const begins = begun.map((drift) => entryOf(drift, 'drifted', { at: now, promotion: last.number }));
  const commit: Commit = {
    repo,
    drifts: [
      ...ends.drifts,
      ...changed.map((drift) => ({ ...drift, kind: 'seen' }) as const),
      ...begun.map((drift) => ({ ...drift, kind: 'open' }) as const),
    ],
    audit: [...ends.audit, ...begins],
    effects: [
      ...[...ended, ...changed, ...begun].map(show),
      ...(next === null ? [] : [{ kind: 'check-drift', repoId: repo.id, environment, ...next } as const]),
    ],
  };
  return { kind: 'done', commit };
}

function isShownAlike(before: Drift, now: Drift): boolean {
  const isSameTarget =
    before.alternative === now.alternative &&
    before.alternativeOutcome?.outcome === now.alternativeOutcome?.outcome &&
    before.alternativeOutcome?.forced === now.alternativeOutcome?.forced;
  return isSameTarget && sameDifferences(before.differences, now.differences);
}

/** The alert. */
function begin(
  { newId, now, log }: Services,
  about: {
    readonly place: DriftScope;
    readonly subject: Subject;
    readonly seen: ProductionSnapshot;
    readonly differences: Drift['differences'];
  },
): Drift {
  const { place, subject, seen, differences } = about;
  const { repo, environment } = place;
  const { last } = subject;
  log.error(
    { repo: repo.name, environment, promotion: last.number, differences },
    'production drifted from what was promoted',
  );
  return {
    id: newId(),
    repoId: repo.id,
    environment,
    promotionId: last.id,
    noticedAt: now(),
    differences,
    ...seen.other,
    over: null,
    shownIn: null,
  };
}

/** Turned off, or no longer ours: open drifts are over, and checks stop until something schedules them again. */
async function stopWatching(services: Services, { repo, environment }: DriftScope): Promise<JobOutcome> {
  const open = await listOpenDrifts(services.store.db, { repoId: repo.id, environment });
  if (open.length === 0) return DONE;
  const ends = await endAll(services, open, () => ({ kind: 'not-watched' }));
  return { kind: 'done', commit: { repo, ...ends, effects: open.map(show) } };
}

async function endAll(
  services: Services,
  drifts: readonly Drift[],
  because: (drift: Drift) => DriftEnd['because'],
): Promise<{ readonly drifts: readonly DriftWrite[]; readonly audit: readonly AuditEntry[] }> {
  const at = services.now();
  const ended = drifts.map((drift) => ({ ...drift, over: { at, because: because(drift) } }));
  const audit = await Promise.all(
    ended.map(async (drift) => {
      const { number = null } = (await findPromotion(services.store.db, drift.promotionId)) ?? {};
      return entryOf(drift, 'drift-over', { at, promotion: number });
    }),
  );
  for (const { id, environment } of ended) services.log.info({ drift: id, environment }, 'a drift ended');
  return { drifts: ended.map((drift) => ({ ...drift, kind: 'seen' }) as const), audit };
}

function entryOf(
  { id, environment, differences, over }: Drift,
  kind: 'drifted' | 'drift-over',
  { at, promotion }: Pick<AuditEntry, 'at' | 'promotion'>,
): AuditEntry {
  const because = over === null ? {} : { because: over.because };
  return { kind, at, promotion, actor: null, details: { drift: id, environment, differences, ...because } };
}

function show({ id, repoId }: Drift): Effect {
  return { kind: 'show-drift', repoId, driftId: id };
}

function again(at: number, because: string | null): JobOutcome {
  return { kind: 'again', at, because };
}
