// The classes of writes to GitHub: their order, and how many writes each may send.

/** Most important first. Each class has its own queue, so that no backlog of one delays another. */
const CLASSES = ['promotion', 'notice', 'reply', 'reaction'] as const;

/**
 * `promotion`: the deployment, check run, card and notification of a promotion; in one queue, since the card links to the
 * check run. `notice`: staging checks, drift, answers to git tags. `reply` and `reaction`: anybody can cause many of them.
 */
export type WriteClass = (typeof CLASSES)[number];

export function isWriteClass(queue: string): queue is WriteClass {
  return Object.hasOwn(LIMITS, queue);
}

type Limits = { readonly perMinute: number; readonly perHour: number };

/**
 * GitHub takes 80 writes a minute and 500 an hour. A class waits once writes of all classes together have reached its limit:
 * what is above it is reserved for the classes before.
 */
const LIMITS = {
  promotion: { perMinute: 80, perHour: 500 },
  notice: { perMinute: 75, perHour: 400 },
  reply: { perMinute: 70, perHour: 300 },
  reaction: { perMinute: 60, perHour: 200 },
} as const satisfies Record<WriteClass, Limits>;

export function limitsOf(writeClass: WriteClass): Limits {
  return LIMITS[writeClass];
}

/** Queue keys of an installation whose writes are sent before those of this class. */
export function queueKeysBefore(writeClass: WriteClass, installationId: number): readonly string[] {
  return CLASSES.slice(0, CLASSES.indexOf(writeClass)).map((before) => writeQueueKey(before, installationId));
}

export function writeQueueKey(writeClass: WriteClass, installationId: number): string {
  return `github-${writeClass}:${installationId}`;
}

/** The installation whose GitHub writes have this queue key. `github:7` is a key of the first versions, which had no classes. */
export function installationOf(queueKey: string | null): number {
  const [, id] = /^github(?:-[a-z]+)?:(\d+)$/.exec(queueKey ?? '') ?? [];
  if (id === undefined) throw new Error(`${queueKey ?? 'no queue key'} is no queue key of GitHub writes`);
  return Number(id);
}
