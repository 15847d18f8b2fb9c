// Decides whether to send requests to a failing host: only probes, until it answers.

/** What is remembered of one host. While it is open, requests are held back, but for a probe now and then. */
export type Breaker = { readonly kind: 'closed'; readonly failuresInARow: number } | OpenBreaker;

export type OpenBreaker = {
  readonly kind: 'open';
  /** When the breaker opened. */
  readonly since: number;
  readonly problem: string;
  readonly pauseMs: number;
  /** Nothing is sent from `heldFrom` until `heldUntil`. If the time is before both, the clock was set back. */
  readonly heldFrom: number;
  readonly heldUntil: number;
};

export type Admission =
  | { readonly kind: 'go'; readonly as: SentAs; readonly breaker: Breaker }
  | { readonly kind: 'held'; readonly retryAt: number; readonly breaker: OpenBreaker };

export type SentAs = 'usual' | 'probe';

/** `down`: no answer, or one that says that the host itself is in trouble. Any other answer is `up`, a refusal too. */
export type RequestResult = { readonly kind: 'up' } | { readonly kind: 'down'; readonly problem: string };

/** Guards the requests of a client; one for all hosts, so that both clients follow the same rules. */
export type HostGuard = {
  /** Returns a function that takes the request's result; throws `HeldBack` if it must not be sent. */
  readonly enter: (host: string) => (outcome: RequestResult) => void;
};

/** Holds nothing back: for a command that ends before a breaker would matter. */
export const UNGUARDED: HostGuard = { enter: () => () => {} };

/** A request was not sent at all. */
export class HeldBack extends Error {
  readonly retryAt: number;

  constructor(host: string, held: Extract<Admission, { kind: 'held' }>) {
    super(heldWords(host, held));
    this.name = 'HeldBack';
    this.retryAt = held.retryAt;
  }
}

export const CLOSED: Breaker = { kind: 'closed', failuresInARow: 0 };

const FAILURES_TO_OPEN = 5;
const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 30_000;
/** Longer than any request of ours: a probe without a result does not block others forever. */
const LONGEST_PROBE_MS = 600_000;

/** Whether a request may be sent now; `breaker` is what is remembered from then on. Each admitted one is recorded. */
export function admit(breaker: Breaker, now: number): Admission {
  if (breaker.kind === 'closed') return { kind: 'go', as: 'usual', breaker };
  const { heldFrom, heldUntil } = breaker;
  if (now >= heldFrom && now < heldUntil) {
    return { kind: 'held', retryAt: Math.min(heldUntil, now + LONGEST_PAUSE_MS), breaker };
  }
  return { kind: 'go', as: 'probe', breaker: { ...breaker, heldFrom: now, heldUntil: now + LONGEST_PROBE_MS } };
}

/** Records an admitted request's result. `random` (0 to 1) lengthens pauses, so that processes don't probe together. */
export function record(
  breaker: Breaker,
  sent: { readonly as: SentAs; readonly outcome: RequestResult; readonly now: number; readonly random: number },
): Breaker {
  const { as, outcome, now, random } = sent;
  if (outcome.kind === 'up') return CLOSED;
  const hold = (pauseMs: number): Pick<OpenBreaker, 'pauseMs' | 'heldFrom' | 'heldUntil'> => ({
    pauseMs,
    heldFrom: now,
    heldUntil: now + Math.ceil(pauseMs * (1 + random / 4)),
  });
  const { problem } = outcome;
  if (breaker.kind === 'open') {
    // The result of a request from before it opened changes nothing.
    if (as === 'usual') return breaker;
    return { ...breaker, problem, ...hold(Math.min(breaker.pauseMs * 2, LONGEST_PAUSE_MS)) };
  }
  const failuresInARow = breaker.failuresInARow + 1;
  if (failuresInARow < FAILURES_TO_OPEN) return { kind: 'closed', failuresInARow };
  return { kind: 'open', since: now, problem, ...hold(FIRST_PAUSE_MS) };
}

function heldWords(host: string, { breaker, retryAt }: Extract<Admission, { kind: 'held' }>): string {
  const { problem, since } = breaker;
  return `${host} has failed since ${timeOf(since)} (${problem}), and is asked again at ${timeOf(retryAt)}`;
}

function timeOf(at: number): string {
  return `${new Date(at).toISOString().slice(11, 19)} UTC`;
}
