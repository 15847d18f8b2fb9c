// What is tried again, how often, and after which pauses.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { OutsideError } from '../../src/net/outside-error.ts';
import { backoffMs, retry, type RetryRules } from '../../src/net/retry.ts';

const BACKOFF = { firstMs: 100, longestMs: 400 };

type Run = { readonly tries: number; readonly waits: readonly number[]; readonly end: unknown };

/** Fails with the errors in turn, then succeeds; each try moves the clock by `tryMs`. */
async function run(
  errors: readonly Error[],
  { tryMs = () => 0, ...rules }: Partial<RetryRules> & { readonly tryMs?: (tries: number) => number } = {},
): Promise<Run> {
  let now = 1_000_000;
  let tries = 0;
  const waits: number[] = [];
  const clock = {
    now: () => now,
    wait: async (ms: number) => {
      waits.push(ms);
      now += ms;
    },
  };
  const attempt = async (): Promise<string> => {
    tries += 1;
    now += tryMs(tries);
    const error = errors[tries - 1];
    if (error !== undefined) throw error;
    return 'done';
  };
  const end = await retry(attempt, { clock, backoff: BACKOFF, ...rules }).catch((error: unknown) => error);
  return { tries, waits, end };
}

function outside(details: { readonly retryable: boolean; readonly retryAt?: number }): OutsideError {
  return new OutsideError('it failed', { code: 'registry-unavailable', ...details });
}

/** The first try lasts so long by the clock, the others no time. */
function turned(ms: number): (tries: number) => number {
  return (tries) => (tries === 1 ? ms : 0);
}

const PASSING = outside({ retryable: true });

test('pauses double up to the longest', async () => {
  expect(await run([PASSING, PASSING, PASSING, PASSING])).toEqual({
    tries: 5,
    waits: [100, 200, 400, 400],
    end: 'done',
  });
  expect([0, 1, 2, 3, 4, 2000].map((tries) => backoffMs(BACKOFF, tries))).toEqual([100, 100, 200, 400, 400, 400]);
});

test('a final error and a bug are thrown immediately', async () => {
  const final = outside({ retryable: false });
  expect(await run([final])).toEqual({ tries: 1, waits: [], end: final });
  const bug = new Error('a bug');
  expect(await run([PASSING, bug])).toEqual({ tries: 2, waits: [100], end: bug });
});

test('a later `retryAt` lengthens the pause, an earlier one does not shorten it', async () => {
  const later = outside({ retryable: true, retryAt: 1_000_700 });
  expect((await run([later, later])).waits).toEqual([700, 200]);
});

test('the last error is thrown when the tries are used up', async () => {
  const last = outside({ retryable: true });
  expect(await run([PASSING, PASSING, last], { maxTries: 3 })).toEqual({ tries: 3, waits: [100, 200], end: last });
});

test('no pause begins that would end after the budget; tries and pauses count', async () => {
  const errors = [PASSING, PASSING, PASSING];
  expect(await run(errors, { budgetMs: 300 })).toEqual({ tries: 3, waits: [100, 200], end: PASSING });
  expect(await run(errors, { budgetMs: 300, tryMs: () => 1 })).toEqual({ tries: 2, waits: [100], end: PASSING });
});

test('a clock change during a try neither ends nor prolongs the budget', async () => {
  const rules = { budgetMs: 300, longestTryMs: 50 };
  expect((await run([PASSING, PASSING], { ...rules, tryMs: turned(3_600_000) })).waits).toEqual([100]);
  expect((await run([PASSING], { ...rules, tryMs: turned(3_600_000) })).end).toBe('done');
  expect((await run([PASSING, PASSING, PASSING], { ...rules, tryMs: turned(-3_600_000) })).waits).toEqual([100, 200]);
});

test('tries of length 0 leave the budget to the pauses', async () => {
  const rules = { budgetMs: 300, longestTryMs: 0, tryMs: () => 60_000 };
  expect((await run([PASSING, PASSING], rules)).waits).toEqual([100, 200]);
});

test('the caller may define what is transient and how long to wait', async () => {
  const busy = new Error('busy');
  const rules = {
    isTransient: (error: unknown) => error === busy,
    waitMs: ({ backoffMs: ms }: { backoffMs: number }) => ms / 2,
  };
  expect(await run([busy, busy], rules)).toEqual({ tries: 3, waits: [50, 100], end: 'done' });
  expect((await run([PASSING], rules)).end).toBe(PASSING);
});

test('a value that is not there yet is tried again, and the last one is returned', async () => {
  const waits: number[] = [];
  const clock = { now: () => 0, wait: async (ms: number) => void waits.push(ms) };
  const counted = (enough: number): Promise<number> => {
    let tries = 0;
    const isPending = (count: number): boolean => count < enough;
    return retry(async () => (tries += 1), { clock, backoff: BACKOFF, maxTries: 3, isPending });
  };
  expect(await counted(1)).toBe(1);
  expect(waits).toEqual([]);
  expect(await counted(2)).toBe(2);
  expect(waits).toEqual([100]);
  expect(await counted(9)).toBe(3);
  expect(waits).toEqual([100, 100, 200]);
});

test('whether an error is transient is asked only while a try is left', async () => {
  let asked = 0;
  const isTransient = async (): Promise<boolean> => {
    asked += 1;
    return true;
  };
  expect(await run([PASSING, PASSING, PASSING], { maxTries: 2, isTransient })).toMatchObject({
    tries: 2,
    end: PASSING,
  });
  expect(asked).toBe(1);
});

test('loops that wait and try again are in this helper only', () => {
  const root = new URL('../../src/', import.meta.url);
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  const waiting = paths.filter((path) =>
    /await (?:\w+\.)*(?:wait|delay|sleep)\(/.test(readFileSync(new URL(path, root), 'utf8')),
  );
  expect(waiting).toEqual(['net/retry.ts']);
});
