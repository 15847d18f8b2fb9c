// The work in a job row: an intent from outside, an effect of a decision, or scheduled work.
import type { Effect } from '../../domain/effect.ts';
import type { Intent } from './intent.ts';

/** A stored webhook delivery, as it came. */
export type Delivery = {
  readonly kind: 'delivery';
  readonly deliveryId: string;
  readonly event: string;
  readonly body: string;
  /** By our clock; set if GitHub sent it long before it was received. */
  readonly sentAt?: number;
};

/** Scheduled work and its schedule. */
export const SCHEDULES = {
  'delete-expired-rows': { cron: '17 * * * *', everyMs: 60 * 60_000, atStart: false },
  'recover-deliveries': { cron: '*/5 * * * *', everyMs: 5 * 60_000, atStart: true },
  reconcile: { cron: '*/10 * * * *', everyMs: 10 * 60_000, atStart: false },
} as const satisfies Readonly<Record<string, Schedule>>;

/** `atStart`: also when a process starts, to catch up on the time without one. */
type Schedule = { readonly cron: string; readonly everyMs: number; readonly atStart: boolean };

export type TickKind = keyof typeof SCHEDULES;
/** `slot` is the scheduled time. */
export type Tick = { [Kind in TickKind]: { readonly kind: Kind; readonly slot: string } }[TickKind];

/** A comment is no job of its own: it waits in its thread. */
export type IntentOfJob = Exclude<Intent, { kind: 'comment' }>;

export type JobPayload = Delivery | IntentOfJob | Effect | Tick;
export type JobKind = JobPayload['kind'];
export type PayloadOf<Kind extends JobKind> = {
  [Each in Kind]: PayloadByKind[Each] & { readonly kind: Each };
}[Kind];

type PayloadByKind = { readonly [Each in JobPayload as Each['kind']]: Each };
