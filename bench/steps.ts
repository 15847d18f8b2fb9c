// Orders requests into steps: one that was sent when the answer of another was there already may depend on it.

type Span = { readonly startedAt: number; readonly endedAt: number };

/** What was under way together, step by step: each request one step after the last of those that ended before it began. */
export function stepsOf<T extends Span>(requests: readonly T[]): readonly (readonly T[])[] {
  const levels = new Map<T, number>();
  for (const request of requests.toSorted((left, right) => left.startedAt - right.startedAt)) {
    const before = [...levels].filter(([other]) => other.endedAt <= request.startedAt).map(([, level]) => level);
    levels.set(request, Math.max(0, ...before) + 1);
  }
  const depth = Math.max(0, ...levels.values());
  return Array.from({ length: depth }, (_unused, at) =>
    [...levels].filter(([, level]) => level === at + 1).map(([request]) => request),
  );
}

/** From the first request to the last answer. */
export function wallMs(requests: readonly Span[]): number {
  const first = Math.min(...requests.map(({ startedAt }) => startedAt));
  return Math.max(...requests.map(({ endedAt }) => endedAt)) - first;
}
