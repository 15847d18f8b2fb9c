// Writes the play: what people and builds do around fifty promotions in five repositories within two hours, by chance from a seed.
import { createRandom, type Random } from './random.ts';

/** Each thread is about one image, in an environment of its own: its outcome must not hang on the order between threads. */
export type Thread = { readonly repo: number; readonly environment: string; readonly reviewers: 1 | 2 };

export type Act = { readonly at: number; readonly thread: number } & Deed;

export type Deed =
  /** `answers`: nobody types it before the card asks; it would count for a plan that nobody has seen. */
  | { readonly kind: 'say'; readonly by: string; readonly body: string; readonly answers?: 'card' }
  /** Of the latest comment by this person that is no command. */
  | { readonly kind: 'edit'; readonly by: string; readonly body: string }
  | { readonly kind: 'delete'; readonly by: string }
  | { readonly kind: 'click'; readonly by: string; readonly action: 'approve' | 'reject' | 'promote' }
  | { readonly kind: 'push' }
  /** A deployer reports on the newest deployment of the environment. */
  | { readonly kind: 'deployer'; readonly state: 'in_progress' | 'success' | 'failure' };

/** Acts in the order of their times; those of one thread wait for one another. */
export type Play = { readonly threads: readonly Thread[]; readonly acts: readonly Act[] };

/** `comments`: commands are typed. `all`: also clicks, pushes and what deployers report. */
export type Means = 'comments' | 'all';

export const REPOS = 5;
const THREADS_PER_REPO = 10;
const MINUTE_MS = 60_000;
const WRITERS = ['ada', 'bob', 'mia'] as const;
const CHATTER = [
  'Looks good to me.',
  'When does this go out?',
  'I tried it on staging, the login works.',
  '> /approve\n\nNot yet, please.',
  'Say `/approve` when you are ready.',
  '```\n/promote staging\n```',
  'Thanks!',
] as const;

/** Times are milliseconds from the beginning. */
export function writePlay({ seed, means }: { readonly seed: number; readonly means: Means }): Play {
  const random = createRandom(seed);
  const threads = Array.from({ length: REPOS * THREADS_PER_REPO }, (_unused, index): Thread => {
    const reviewers = random.happens(0.3) ? 2 : 1;
    return { repo: index % REPOS, environment: `place-${Math.floor(index / REPOS) + 1}`, reviewers };
  });
  const acts = threads.flatMap((thread, index) =>
    writeThread(thread, { random, means }).map((act): Act => ({ ...act, thread: index })),
  );
  return { threads, acts: acts.toSorted((one, other) => one.at - other.at) };
}

function writeThread(
  { environment, reviewers }: Thread,
  { random, means }: { readonly random: Random; readonly means: Means },
): readonly (Deed & { readonly at: number })[] {
  const deeds: (Deed & { readonly at: number })[] = [];
  let at = random.between(0, 60 * MINUTE_MS);
  const then = (deed: Deed): void => {
    deeds.push({ ...deed, at });
    at += random.between(3000, 4 * MINUTE_MS);
  };
  const chat = (): void => {
    for (let left = random.between(4, 8); left > 0; left -= 1) {
      const by = random.pick([...WRITERS, 'ron']);
      then({ kind: 'say', by, body: random.pick(CHATTER) });
      if (random.happens(0.2)) then({ kind: 'edit', by, body: '/approve' });
      if (random.happens(0.1)) then({ kind: 'delete', by });
    }
  };
  const clicks = means === 'all' && random.happens(0.5);
  const decide = (by: string, action: 'approve' | 'reject'): void => {
    if (clicks) then({ kind: 'click', by, action });
    else then({ kind: 'say', by, body: action === 'approve' ? '/approve' : '/reject not today', answers: 'card' });
  };
  chat();
  if (means === 'all' && random.happens(0.3)) {
    then({ kind: 'push' });
    then({ kind: 'click', by: 'ada', action: 'promote' });
  }
  then({ kind: 'say', by: 'ada', body: `/promote {source} to ${environment}` });
  chat();
  if (random.happens(0.4)) decide('ada', 'approve');
  if (random.happens(0.4)) decide('ron', 'approve');
  if (random.happens(0.4)) then({ kind: 'say', by: random.pick(WRITERS), body: '/status' });
  const ending = random.fraction();
  if (ending < 0.65) for (const by of ['bob', 'mia'].slice(0, reviewers)) decide(by, 'approve');
  else if (ending < 0.75) decide('mia', 'reject');
  else if (ending < 0.85) then({ kind: 'say', by: 'ada', body: '/cancel', answers: 'card' });
  chat();
  if (means === 'all' && random.happens(0.7)) {
    then({ kind: 'deployer', state: 'in_progress' });
    then({ kind: 'deployer', state: random.happens(0.8) ? 'success' : 'failure' });
  }
  chat();
  return deeds;
}
