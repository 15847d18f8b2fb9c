// What holds on every path through the state machine: random events, in random order, at random times.
import { array, assert, boolean, constantFrom, nat, oneof, property, record, tuple, type Arbitrary } from 'fast-check';
import { expect, test } from 'vitest';
import { ROLES, type Person } from '../../../src/domain/actor.ts';
import { decideRequest, type Accepted } from '../../../src/domain/decide.ts';
import type { PromotionEvent } from '../../../src/domain/decide.ts';
import { known } from '../../../src/domain/image/image-facts.ts';
import { isOpen, type Promotion, type StateKind } from '../../../src/domain/promotion/promotion.ts';
import { tagNameOf, type TagState } from '../../../src/domain/image/tag-plan.ts';
import {
  actor,
  ALICE,
  BOB,
  CAROL,
  context,
  environment,
  facts,
  FOREIGN,
  NEW,
  NOW,
  OLD,
  type TestContext,
} from '../build.ts';
import { PEOPLE, platform, production, promotion, tag, unread } from '../build.ts';
import { decide, EVENTS, examined, KEPT, promotionIn, TODAY } from './build.ts';

const STATES: readonly StateKind[] = [
  'examining',
  'awaiting-approval',
  'scheduled',
  'applying',
  'promoted',
  'checks-failed',
  'rejected',
  'failed',
  'cancelled',
  'superseded',
  'expired',
];

const held = constantFrom(null, OLD, NEW, FOREIGN);
const keptHeld = constantFrom(null, null, null, NEW, FOREIGN);
const readings: Arbitrary<readonly TagState[]> = tuple(held, held, keptHeld, boolean()).map(
  ([main, latest, kept, left]) =>
    production({ main, latest, [KEPT]: kept }).map((state) => ({
      ...state,
      leftByUnfinished: left && state.tag === KEPT,
    })),
);
function repeat<T extends string>(word: T, times: number): readonly T[] {
  return Array.from({ length: times }, () => word);
}

const DAVE: Person = { id: 4, login: 'dave' };
const persons = constantFrom<Person>(ALICE, BOB, CAROL, DAVE);
const actors = tuple(
  persons,
  constantFrom(...ROLES, ...repeat('write', 6)),
  constantFrom(...repeat('user', 9), 'bot' as const),
).map(([person, role, kind]) => actor(person, role, kind));
const images = oneof(
  { weight: 6, arbitrary: constantFrom(facts()) },
  { weight: 2, arbitrary: constantFrom(facts({ platforms: [platform({ sizeBytes: known(1) })] })) },
  { weight: 2, arbitrary: constantFrom(facts({ lineage: known({ kind: 'no-revision' }) })) },
  { weight: 1, arbitrary: constantFrom(facts({ missingParts: unread('HTTP 502') }), facts({ platforms: [] })) },
);

const news: readonly PromotionEvent[] = Object.values(EVENTS).filter(({ kind }) => kind !== 'time-passed');
const examinations = tuple(images, readings, constantFrom(tag('staging-abc1234'), null)).map(
  ([seen, read, commitTag]): PromotionEvent => examined({ facts: seen, production: read, commitTag }),
);
const reviews = tuple(constantFrom(...repeat('approve', 9), 'reject' as const), actors, boolean()).map(
  ([verdict, by, clicked]): PromotionEvent => ({
    kind: 'reviewed',
    verdict,
    by,
    reason: null,
    via: clicked ? { kind: 'check-run', id: 501, current: true } : { kind: 'comment', id: 500, issue: 3, app: null },
    seen: TODAY,
  }),
);
/** All but the clock's, which comes when a timer is due. */
const events: Arbitrary<PromotionEvent> = oneof(
  { weight: 2, arbitrary: constantFrom(...news) },
  { weight: 1, arbitrary: constantFrom(EVENTS.applied, EVENTS['apply-failed']) },
  { weight: 4, arbitrary: examinations },
  { weight: 6, arbitrary: reviews },
  { weight: 3, arbitrary: actors.map((by): PromotionEvent => ({ kind: 'rerequested', by })) },
  { weight: 4, arbitrary: readings.map((read): PromotionEvent => ({ kind: 'production-read', production: read })) },
);

const policies = tuple(constantFrom(1, 1, 2, 0), boolean()).map(([required, selfApproval]) =>
  environment({ approvals: { required, role: 'write', users: [], selfApproval, apps: [], contributors: 'warn' } }),
);
/** What GitHub says of everybody at the moment of a decision: rights come and go. */
const everybody = tuple(...[ALICE, BOB, CAROL, DAVE].map(() => constantFrom(...ROLES, ...repeat('write', 8)))).map(
  (roles) => {
    const people = [ALICE, BOB, CAROL, DAVE].map((person, index) => actor(person, roles[index] ?? 'none'));
    return { ...PEOPLE, reviewers: new Map(people.map((person) => [person.id, person])) };
  },
);

const contexts: Arbitrary<Partial<TestContext>> = record({
  environmentBusy: boolean(),
  environmentPolicy: policies,
  requestPolicy: oneof(policies, constantFrom(null)),
  people: everybody,
  floors: constantFrom(0, 0, 1, 2).map((required) => ({
    floors: { minApprovals: [{ repo: null, environment: 'production', required }], forbidSelfApproval: [] },
    moved: [],
    names: [],
  })),
});

const steps = array(tuple(events, boolean(), nat(24 * 60 * 60 * 1000)), { maxLength: 40, size: 'max' });

type Step = {
  readonly before: Promotion;
  readonly event: PromotionEvent;
  readonly context: TestContext;
  readonly accepted: Accepted;
  /** When the promotion is looked at again by the clock, after this step. */
  readonly timers: readonly number[];
};

/** The accepted decisions of one life: from a request, event by event; a timer is never early. */
function live(fixed: Partial<TestContext>, path: readonly (readonly [PromotionEvent, boolean, number])[]): Step[] {
  const requested = decideRequest(promotion({ createdAt: NOW }));
  let current = requested.promotion;
  let timers = timersOf(requested);
  let now = NOW;
  const taken: Step[] = [];
  for (const [event, environmentBusy, passedMs] of path) {
    now += passedMs;
    const due = timers.filter((at) => at <= now);
    const all = [...due.map((): PromotionEvent => ({ kind: 'time-passed' })), event];
    for (const next of all) {
      if (next.kind === 'time-passed') timers = timers.toSpliced(timers.indexOf(Math.min(...timers)), 1);
      const at = context({ ...fixed, environmentBusy, now });
      const decision = decide(current, next, at);
      if (decision.kind !== 'accepted') continue;
      timers = [...timers, ...timersOf(decision)];
      taken.push({ before: current, event: next, context: at, accepted: decision, timers });
      current = decision.promotion;
    }
  }
  return taken;
}

function timersOf({ effects }: Accepted): readonly number[] {
  return effects.flatMap((effect) => (effect.kind === 'expire-promotion' ? [effect.at] : []));
}

function holdsOnEveryPath(check: (step: Step, earlier: readonly Step[]) => void): void {
  assert(
    property(contexts, steps, (fixed, path) => {
      const taken = live(fixed, path);
      for (const [index, step] of taken.entries()) check(step, taken.slice(0, index));
    }),
    { numRuns: 500 },
  );
}

test('any state answers any event', () => {
  assert(
    property(constantFrom(...STATES), events, contexts, (state, event, at) => {
      expect(['accepted', 'ignored', 'refused']).toContain(decide(promotionIn(state), event, context(at)).kind);
    }),
    { numRuns: 1000 },
  );
});

test('paths reach every state', () => {
  const reached = new Map<StateKind, number>(STATES.map((state) => [state, 0]));
  holdsOnEveryPath(({ accepted }) => {
    const { kind } = accepted.promotion.state;
    reached.set(kind, (reached.get(kind) ?? 0) + 1);
  });
  expect([...reached].filter(([, times]) => times === 0)).toEqual([]);
});

/** Everything but what decisions are about. */
function identityOf(one: Promotion): unknown {
  const decided = {
    state: 0,
    findings: 0,
    reviews: 0,
    moves: 0,
    baseline: 0,
    policyBlob: 0,
    rulesHash: 0,
    policyProblems: 0,
    plannedAt: 0,
    plansShown: 0,
    otherReviewers: 0,
    contributors: 0,
    openBranch: 0,
    lostApprovals: 0,
    notice: 0,
    sourceMovedTo: 0,
  };
  const pinned = one.images.map(({ repository, digest }) => [repository, digest]);
  return { ...one, ...decided, updatedAt: 0, images: pinned };
}

test('identity never changes: ids, number, version, requester, source, images by digest', () => {
  holdsOnEveryPath(({ before, accepted }) => expect(identityOf(accepted.promotion)).toEqual(identityOf(before)));
});

test('reviews are only added, one by one', () => {
  holdsOnEveryPath(({ before, event, accepted }) => {
    const added = event.kind === 'reviewed' ? 1 : 0;
    expect(accepted.promotion.reviews.slice(0, before.reviews.length)).toEqual(before.reviews);
    expect(accepted.promotion.reviews).toHaveLength(before.reviews.length + added);
  });
});

/** What a person who approves looks at, kept apart from the hash by which the machine compares it. */
function viewOf({ baseline, findings, moves, rulesHash }: Promotion): unknown {
  const outcomes = findings.map(({ rule, platform: about, outcome }) => [rule, about, outcome]);
  return { baseline, outcomes, tags: moves.map((move) => [tagNameOf(move), move.digest]), rulesHash };
}

test('nothing is written unless enough entitled people approved exactly this', () => {
  holdsOnEveryPath((step, earlier) => {
    const { accepted, context: at } = step;
    if (accepted.journal.length === 0) return;
    const view = JSON.stringify(viewOf(accepted.promotion));
    const approvals = [...earlier, step].flatMap(({ before, event }) =>
      event.kind === 'reviewed' && event.verdict === 'approve' && JSON.stringify(viewOf(before)) === view
        ? [event.by]
        : [],
    );
    // Whoever approves now is as the event says; of the others, GitHub was asked again.
    const reviewing = step.event.kind === 'reviewed' ? step.event.by : null;
    const entitled = approvals.filter(({ id, kind }) => {
      const now = reviewing?.id === id ? reviewing : at.people.reviewers.get(id);
      return kind === 'user' && ['write', 'maintain', 'admin'].includes(now?.role ?? 'none');
    });
    const floor = at.floors.floors.minApprovals[0]?.required ?? 0;
    for (const { approvals: rules } of [at.environmentPolicy, at.requestPolicy ?? at.environmentPolicy]) {
      const people = entitled.filter(({ id }) => rules.selfApproval || id !== ALICE.id);
      expect(new Set(people.map(({ id }) => id)).size).toBeGreaterThanOrEqual(Math.max(rules.required, floor));
    }
  });
});

test('writing starts with tags to write, no finding against it, and a free environment; and only then is there a journal', () => {
  holdsOnEveryPath(({ before, accepted, context: at }) => {
    const { promotion: after, journal, effects } = accepted;
    const starts = journal.length > 0;
    const enters = before.state.kind !== 'applying' && after.state.kind === 'applying';
    expect(starts || !enters).toBe(true);
    if (!starts) return;
    expect(effects.map(({ kind }) => kind)).toContain('apply-tag-plan');
    expect(after.state).toEqual({ kind: 'applying', since: at.now, undoing: null });
    expect(at.environmentBusy).toBe(false);
    expect(after.findings.every(({ outcome }) => outcome === 'pass' || outcome === 'warn')).toBe(true);
    expect(journal.some(({ kind }) => kind === 'floating')).toBe(true);
    expect(journal.every(({ kind, target }) => kind === 'rollback' || target === NEW)).toBe(true);
    expect(journal.every(({ baseline, target }) => baseline !== target)).toBe(true);
  });
});

test('the environment is freed once, and only if it was held', () => {
  holdsOnEveryPath(({ before, event, accepted }) => {
    const left = before.state.kind === 'applying' && accepted.promotion.state.kind !== 'applying';
    const offers = accepted.effects.filter(({ kind }) => kind === 'revisit-environment').length;
    expect(offers).toBe(left || event.kind === 'restored' ? 1 : 0);
  });
});

test('from every open state, a person or the clock can reach an end', () => {
  holdsOnEveryPath(({ accepted, context: at, timers }) => {
    const { promotion: after } = accepted;
    if (!isOpen(after.state)) return;
    expect(timers.length).toBeGreaterThan(0);
    const [way, late]: readonly [PromotionEvent, TestContext] =
      after.state.kind === 'applying'
        ? [EVENTS['apply-failed'], at]
        : after.state.kind === 'awaiting-approval'
          ? [{ kind: 'time-passed' }, { ...at, now: Math.max(...timers) }]
          : [{ kind: 'cancelled', by: actor(BOB) }, at];
    const ended = decide(after, way, late);
    expect(ended.kind === 'accepted' && !isOpen(ended.promotion.state)).toBe(true);
  });
});

const DEPLOYMENT_NEWS: readonly PromotionEvent['kind'][] = [
  'deployment-status',
  'deployed-by-others',
  'deployment-refused',
  'deployment-retried',
];

test('an end is left only by a Re-run after failed checks, or when production is restored', () => {
  holdsOnEveryPath(({ before, event, accepted }) => {
    // Tags that stand are no end: the deployment may still say how it goes.
    if (isOpen(before.state) || DEPLOYMENT_NEWS.includes(event.kind)) return;
    const way = `${before.state.kind}, ${event.kind} → ${accepted.promotion.state.kind}`;
    expect(['checks-failed, rerequested → examining', 'failed, restored → failed']).toContain(way);
  });
});

test('every change of state is recorded and shown', () => {
  holdsOnEveryPath(({ before, accepted }) => {
    if (before.state.kind === accepted.promotion.state.kind) return;
    expect(accepted.audit.length).toBeGreaterThan(0);
    expect(accepted.effects.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['update-check-run', 'update-card']),
    );
  });
});

test('while a promotion waits, a notice is shown exactly as long as an approval is void, or the environment policy is new', () => {
  holdsOnEveryPath((step, earlier) => {
    const { promotion: after } = step.accepted;
    if (after.state.kind !== 'awaiting-approval' || after.notice?.kind === 'policy-changed') return;
    const view = JSON.stringify(viewOf(after));
    const approvals = [...earlier, step].flatMap(({ before, event }) =>
      event.kind === 'reviewed' && event.verdict === 'approve'
        ? [{ id: event.by.id, counts: JSON.stringify(viewOf(before)) === view }]
        : [],
    );
    const counting = new Set(approvals.filter(({ counts }) => counts).map(({ id }) => id));
    expect(after.notice !== null).toBe(approvals.some(({ id }) => !counting.has(id)));
  });
});
