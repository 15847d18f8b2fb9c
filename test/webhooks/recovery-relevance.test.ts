// Deliveries that never arrived: which are worth reading, and which are no news any more.
import { emitterEventNames } from '@octokit/webhooks';
import { expect, test } from 'vitest';
import { isRelevant, isSuperseded, type Missed } from '../../src/webhooks/recovery-relevance.ts';
import { isListenedTo, translateEvent, WEBHOOK_EVENTS } from '../../src/webhooks/table.ts';

const FRAME = {
  repository: { id: 1, full_name: 'acme/dotca' },
  installation: { id: 2 },
  repositories: [],
  repositories_added: [],
  repositories_removed: [],
};

const ACTIONS = emitterEventNames.flatMap((name) => {
  const [event = '', action] = name.split('.');
  return action !== undefined && isListenedTo(event) ? [{ event, action }] : [];
});

test('an event outside the table leads to nothing when it arrives', () => {
  const missed = ACTIONS.filter((one) => !isRelevant(one));
  expect(missed.length).toBeGreaterThan(10);
  for (const { event, action } of missed) {
    expect(translateEvent(event, { ...FRAME, action }, { appId: 3 }), `${event}.${action}`).toEqual([]);
  }
});

test('each event of the table has some action, or all of them', () => {
  const received = ACTIONS.filter(isRelevant).map(({ event }) => event);
  const all = WEBHOOK_EVENTS.filter((event) => isRelevant({ event, action: null }));
  expect([...new Set([...received, ...all])].toSorted()).toEqual([...WEBHOOK_EVENTS].toSorted());
  expect(all).toEqual(['create', 'push', 'registry_package']);
  expect(isRelevant({ event: 'star', action: 'created' })).toBe(false);
});

const of = (event: string, action: string | null, at: number, ids: Partial<Missed> = {}): Missed => ({
  event,
  action,
  deliveredAt: at,
  installationId: 2,
  repoId: 1,
  ...ids,
});

test.each<{ name: string; missed: Missed; later: Missed; overtaken: boolean }>([
  {
    name: 'a suspension is over when anything came from the installation afterwards',
    missed: of('installation', 'suspend', 10, { repoId: null }),
    later: of('push', null, 20),
    overtaken: true,
  },
  {
    name: 'a suspension is not over by what came before it',
    missed: of('installation', 'suspend', 10, { repoId: null }),
    later: of('push', null, 9),
    overtaken: false,
  },
  {
    name: 'a removal is not over by what came from another installation',
    missed: of('installation', 'deleted', 10),
    later: of('push', null, 20, { installationId: 3 }),
    overtaken: false,
  },
  {
    name: 'repositories that were taken away may have been given back later',
    missed: of('installation_repositories', 'removed', 10, { repoId: null }),
    later: of('installation_repositories', 'added', 20, { repoId: null }),
    overtaken: true,
  },
  {
    name: 'repositories that were taken away are not back because others push',
    missed: of('installation_repositories', 'removed', 10, { repoId: null }),
    later: of('push', null, 20),
    overtaken: false,
  },
  {
    name: 'a repository that something came from is archived no more',
    missed: of('repository', 'archived', 10),
    later: of('push', null, 20),
    overtaken: true,
  },
  {
    name: 'another repository proves nothing',
    missed: of('repository', 'archived', 10),
    later: of('push', null, 20, { repoId: 7 }),
    overtaken: false,
  },
  {
    name: 'what people did stays news',
    missed: of('issue_comment', 'created', 10),
    later: of('issue_comment', 'created', 20),
    overtaken: false,
  },
])('$name', ({ missed, later, overtaken }) => {
  expect(isSuperseded(missed, later)).toBe(overtaken);
});
