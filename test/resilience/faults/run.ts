// One promotion from the request to the deployment behind the fault proxies, and what people do where it stands still.
import { listPromotions } from './promotions.ts';
import { approve, prepare, say, type Release } from '../../scenarios/release.ts';
import { Scenario, type ScenarioOptions } from '../../scenarios/world.ts';
import { ADA } from '../../support/registry/token-service.ts';
import { startFaultProxy, type Choose, type FaultProxy, type Seen } from './proxy.ts';

export type Ended = {
  readonly release: Release;
  readonly seen: readonly Seen[];
  /** How often a person had to ask again. */
  readonly askedAgain: number;
};

/** Long enough for most answers on a busy machine, short enough for a run; an undisturbed one waits as long as the App does. */
export const ANSWER_WITHIN_MS = 400;
/** A person who sees that nothing came of it asks again, so often. */
const MOST_ASKED = 3;
const MINUTE = 60_000;

/** Plays the promotion, hands what came of it to `inspect` while all of it stands, and takes it down. */
export async function play<T>(
  choose: Choose,
  inspect: (ended: Ended) => Promise<T>,
  retryBudget: Pick<ScenarioOptions, 'answerWithinMs'> = {},
): Promise<T> {
  const proxies: FaultProxy[] = [];
  const world = await Scenario.start({
    credentials: ADA,
    ...retryBudget,
    via: async ({ github, registry, clock: { now } }) => {
      const toGitHub = await startFaultProxy({ side: 'github', upstream: github.url, choose, now });
      const toRegistry = await startFaultProxy({ side: 'registry', upstream: registry.url, choose, now });
      proxies.push(toGitHub, toRegistry);
      registry.quirks.auth = 'token';
      registry.quirks.realm = `${toRegistry.url}/token`;
      return { GITHUB_API_URL: toGitHub.url, REGISTRY_HOST: toRegistry.host };
    },
  });
  try {
    const release = await prepare(world);
    const askedAgain = await promote(release);
    return await inspect({ release, askedAgain, seen: proxies.flatMap(({ seen }) => seen) });
  } finally {
    await world.close();
    for (const proxy of proxies) await proxy.close();
  }
}

async function promote(release: Release): Promise<number> {
  const { world } = release;
  for (let asked = 1; ; asked += 1) {
    if (!(await isGoing(release))) {
      await say(release, 'ada', `/promote ${release.source}`);
      await rest(world);
    }
    const waiting = (await listPromotions(release)).findLast(({ state }) => state.kind === 'awaiting-approval');
    if (waiting !== undefined) {
      await approve(release, 'bob', waiting.number);
      await rest(world);
    }
    const last = (await listPromotions(release)).at(-1)?.state.kind;
    // The second look at production comes a minute after it was promoted.
    if (last === 'promoted') await world.pass(2 * MINUTE);
    await rest(world);
    if (last === 'promoted' || asked > MOST_ASKED) return asked - 1;
  }
}

/** One that waits for an approval is not asked for again. */
async function isGoing(release: Release): Promise<boolean> {
  return (await listPromotions(release)).at(-1)?.state.kind === 'awaiting-approval';
}

/** These wait for a time that is far, or for ever. */
const TIMERS: readonly string[] = ['expire-promotion', 'check-drift', 'restore-production'];
const LONGEST_WAIT_MS = 60 * MINUTE;

/** Turns the clock from one job to the next, until only timers are left. */
async function rest(world: Scenario): Promise<void> {
  const { db } = world.app.store;
  const until = world.clock.now() + LONGEST_WAIT_MS;
  for (;;) {
    await world.drain();
    const next = await db
      .selectFrom('jobs')
      .select(({ fn }) => fn.min('run_at').as('at'))
      .where('state', '=', 'queued')
      .where('kind', 'not in', TIMERS)
      .executeTakeFirstOrThrow();
    if (next.at === null || next.at > until) return;
    world.clock.turn(Math.max(next.at - world.clock.now(), 1));
  }
}
