// The work that a job row carries: what was asked of us, what we ask of ourselves, and what the clock asks for.
import type { Effect } from '../../domain/effect.ts';
import type { Intent } from './intent.ts';

/** A stored webhook delivery, as it came. */
export type Delivery = {
  readonly kind: 'delivery';
  readonly deliveryId: string;
  readonly event: string;
  readonly body: string;
  /** By our clock; for one that GitHub sent long before it was taken in. */
  readonly sentAt?: number;
};

/** What the clock asks for, and when. */
export const SCHEDULES = {
  'delete-expired-rows': { cron: '17 * * * *', everyMs: 60 * 60_000, atStart: false },
  'recover-deliveries': { cron: '*/5 * * * *', everyMs: 5 * 60_000, atStart: true },
  reconcile: { cron: '*/10 * * * *', everyMs: 10 * 60_000, atStart: false },
} as const satisfies Readonly<Record<string, Schedule>>;

/** `atStart`: also when a process starts, for what came to pass while none ran. */
type Schedule = { readonly cron: string; readonly everyMs: number; readonly atStart: boolean };

export type TickKind = keyof typeof SCHEDULES;
/** `slot` is the time it asked at. */
export type Tick = { [Kind in TickKind]: { readonly kind: Kind; readonly slot: string } }[TickKind];

/** A comment is no job of its own: it waits for its turn in its thread. */
export type IntentOfJob = Exclude<Intent, { kind: 'comment' }>;

export type JobPayload = Delivery | IntentOfJob | Effect | Tick;
export type JobKind = JobPayload['kind'];
export type PayloadOf<Kind extends JobKind> = {
  [Each in Kind]: PayloadByKind[Each] & { readonly kind: Each };
}[Kind];

type PayloadByKind = { readonly [Each in JobPayload as Each['kind']]: Each };
