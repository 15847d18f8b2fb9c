// Keeps the breaker of each host, and reports when one opens or closes.
import { admit, CLOSED, HeldBack, record, type Breaker, type HostGuard } from './breaker.ts';

export type BreakerChange = { readonly host: string; readonly open: boolean; readonly problem: string | null };

/** `onBreakerChange` receives each breaker that opens or closes, with the failure that opened it. */
export function createHostGuard(parts: {
  readonly now: () => number;
  readonly random: () => number;
  readonly onBreakerChange: (turn: BreakerChange) => void;
}): HostGuard {
  const { now, random, onBreakerChange } = parts;
  // Hosts also come from redirects, so a healthy host is not remembered.
  const troubled = new Map<string, Breaker>();

  function remember(host: string, next: Breaker): void {
    const before = troubled.get(host) ?? CLOSED;
    if (next === CLOSED) troubled.delete(host);
    else troubled.set(host, next);
    if (before.kind === next.kind) return;
    onBreakerChange({ host, open: next.kind === 'open', problem: next.kind === 'open' ? next.problem : null });
  }

  return {
    enter: (host) => {
      const admission = admit(troubled.get(host) ?? CLOSED, now());
      if (admission.kind === 'held') throw new HeldBack(host, admission);
      const { as, breaker } = admission;
      if (as === 'probe') remember(host, breaker);
      return (outcome) =>
        remember(host, record(troubled.get(host) ?? CLOSED, { as, outcome, now: now(), random: random() }));
    },
  };
}
