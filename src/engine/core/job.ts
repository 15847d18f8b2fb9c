// The work that a job row carries, and in which queue key it runs.
import type { Effect } from '../../domain/effect.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
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

/** What the clock asks for; `slot` is the time it asked at. */
export type Tick = { [Kind in TickKind]: { readonly kind: Kind; readonly slot: string } }[TickKind];
export type TickKind = 'delete-expired-rows' | 'recover-deliveries' | 'reconcile';

/** A comment is no job of its own: it waits for its turn in its thread. */
export type IntentOfJob = Exclude<Intent, { kind: 'comment' }>;

export type JobPayload = Delivery | IntentOfJob | Effect | Tick;
export type JobKind = JobPayload['kind'];
export type PayloadOf<Kind extends JobKind> = Extract<JobPayload, { kind: Kind }>;

/** How a payload becomes a row: same kind and key waiting = one row; same queue key = one at a time, in order. */
export type NewJob = {
  readonly kind: JobKind;
  readonly key: string | null;
  readonly queueKey: string | null;
  readonly payload: string;
  readonly runAt: number;
};

/** The row for something that a person asked: one at a time per repository, in the order of asking. */
export function jobOfIntent(intent: IntentOfJob, now: number): NewJob {
  const key = intent.kind === 'command' ? commandKey({ repoId: intent.repo.id, commentId: intent.commentId }) : null;
  return { kind: intent.kind, key, queueKey: queueKeyOf(intent), payload: JSON.stringify(intent), runAt: now };
}

/** One command of a comment waits or runs at a time. */
export function commandKey({ repoId, commentId }: { readonly repoId: number; readonly commentId: number }): string {
  return `${repoId}/${commentId}`;
}

function queueKeyOf(intent: IntentOfJob): string {
  switch (intent.kind) {
    case 'installation-gone':
    case 'installation-back':
      return `installation:${intent.installationId}`;
    case 'repo-gone':
      return `repo:${intent.repoId}`;
    default:
      return `repo:${intent.repo.id}`;
  }
}

/** The row for an effect. GitHub writes of one installation share a queue key, so that they can be paced. */
export function jobOfEffect(effect: Effect, repo: Repo, now: number): NewJob {
  const base = { kind: effect.kind, payload: JSON.stringify(effect), runAt: now, queueKey: null };
  const writes = { queueKey: githubQueueKey(repo.installationId) };
  switch (effect.kind) {
    case 'collect-facts':
    case 'poll-image':
    case 'revisit-promotion':
    case 'withdraw-promotion':
      return { ...base, key: effect.promotionId };
    case 'reconcile-promotion':
      return { ...base, key: effect.promotionId, runAt: effect.at };
    case 'watch-staging':
      return { ...base, key: `${effect.repoId}/${effect.commit}` };
    case 'update-staging-check':
      return { ...base, ...writes, key: `${effect.repoId}/${effect.commit}` };
    case 'expire-promotion':
      return { ...base, key: effect.promotionId, runAt: effect.at };
    case 'read-thread':
      return { ...base, key: `${effect.repoId}/${effect.issue}` };
    case 'check-drift':
      // One at a time: a registry that hangs must not take the slots of those who move tags.
      return { ...base, key: `${effect.repoId}/${effect.environment}`, queueKey: 'looks', runAt: effect.at };
    case 'show-drift':
      return { ...base, ...writes, key: effect.driftId };
    case 'revisit-policy':
      return { ...base, key: String(effect.repoId) };
    case 'revisit-environment':
      return { ...base, key: `${effect.repoId}/${effect.environment}` };
    case 'apply-tag-plan':
      return { ...base, key: effect.promotionId, queueKey: `apply:${repo.id}` };
    case 'restore-production':
      return { ...base, key: effect.promotionId, queueKey: `apply:${repo.id}`, runAt: effect.at };
    case 'create-deployment':
    case 'update-check-run':
    case 'update-card':
    case 'notify-requester':
      return { ...base, ...writes, key: effect.promotionId };
    case 'answer-git-tag':
    case 'reply':
    case 'react':
      return { ...base, ...writes, key: null };
  }
}

/** The effects that write to GitHub, and so wait for their turn. */
export const GITHUB_WRITES: readonly JobKind[] = [
  'create-deployment',
  'update-check-run',
  'update-staging-check',
  'update-card',
  'notify-requester',
  'show-drift',
  'answer-git-tag',
  'reply',
  'react',
];

/** What asks a registry much, and so hangs for minutes where one does not answer. */
export const REGISTRY_WORK: readonly JobKind[] = [
  'apply-tag-plan',
  'restore-production',
  'collect-facts',
  'poll-image',
  'revisit-promotion',
  'reconcile-promotion',
  'watch-staging',
  'check-drift',
];

const GITHUB_QUEUE_KEY = 'github:';

function githubQueueKey(installationId: number): string {
  return `${GITHUB_QUEUE_KEY}${installationId}`;
}

/** The installation whose GitHub writes share this queue key. */
export function installationOf(queueKey: string | null): number {
  if (queueKey === null || !queueKey.startsWith(GITHUB_QUEUE_KEY))
    throw new Error(`${queueKey ?? 'no queue key'} is no queueKey of GitHub writes`);
  return Number(queueKey.slice(GITHUB_QUEUE_KEY.length));
}

/** The effects that a promotion waits for: while one of them is dead, it stands still. */
export const MOVING_EFFECTS: readonly JobKind[] = ['collect-facts', 'apply-tag-plan', 'poll-image'];

/** Those that wait for a date; all others that wait do so for a moment. */
export const TIMERS: readonly JobKind[] = ['expire-promotion'];
