// Which deliveries that never arrived are worth reading: those that would tell us something, and still do.
import { isListenedTo, type WebhookEvent } from './table.ts';

/** As GitHub lists it. */
export type Missed = {
  readonly event: string;
  readonly action: string | null;
  readonly deliveredAt: number;
  readonly installationId: number | null;
  readonly repoId: number | null;
};

/** The actions that our translators make something of; null: whatever the action is. */
const ACTIONS = {
  issue_comment: ['created'],
  check_run: ['requested_action', 'rerequested'],
  check_suite: ['rerequested'],
  create: null,
  push: null,
  registry_package: null,
  deployment: ['created'],
  deployment_status: ['created'],
  installation: ['created', 'deleted', 'suspend', 'unsuspend'],
  installation_repositories: ['added', 'removed'],
  repository: ['renamed', 'transferred', 'archived', 'unarchived', 'deleted'],
} as const satisfies Readonly<Record<WebhookEvent, readonly string[] | null>>;

/** Every build in every repository tells us of its checks: reading all of those would be nearly all of the work. */
export function isRelevant({ event, action }: Pick<Missed, 'event' | 'action'>): boolean {
  if (!isListenedTo(event)) return false;
  const actions: readonly string[] | null = ACTIONS[event];
  return actions === null || (action !== null && actions.includes(action));
}

/**
 * True for news that the App may not act somewhere, where something that came later from there shows that it may again:
 * heard now, it would end what is open.
 */
export function isSuperseded(missed: Missed, later: Missed): boolean {
  if (later.deliveredAt <= missed.deliveredAt) return false;
  switch (`${missed.event} ${missed.action ?? ''}`) {
    case 'installation deleted':
    case 'installation suspend':
      return later.installationId === missed.installationId;
    case 'installation_repositories removed':
      return later.event === missed.event && later.installationId === missed.installationId;
    case 'repository archived':
      return later.repoId === missed.repoId;
    default:
      return false;
  }
}
