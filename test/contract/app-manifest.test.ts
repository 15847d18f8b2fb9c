// app.yml asks GitHub for the events that we listen to and for the permissions that our calls need.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { WEBHOOK_PATH } from '../../src/web/server.ts';
import { HINT_EVENTS } from '../../src/engine/doctor/app.ts';
import { EVENTS, isListenedTo, WEBHOOK_EVENTS } from '../../src/webhooks/table.ts';
import type { Webhook } from '../../src/webhooks/webhook.ts';

const Manifest = z.strictObject({
  name: z.string().max(34),
  description: z.string(),
  url: z.url({ protocol: /^https$/ }),
  public: z.boolean(),
  hook_attributes: z.strictObject({ url: z.url({ protocol: /^https$/ }), active: z.literal(true) }),
  default_permissions: z.record(z.string(), z.enum(['read', 'write'])),
  default_events: z.array(z.string()),
});

/** What each call of src/github needs, by docs.github.com's "Permissions required for GitHub Apps"; null for calls as the App. */
const NEEDS: Readonly<Record<string, readonly string[] | null>> = {
  'apps.createFromManifest': null,
  'apps.getAuthenticated': null,
  'apps.getInstallation': null,
  'apps.getRepoInstallation': null,
  'apps.getWebhookConfigForApp': null,
  'apps.getWebhookDelivery': null,
  'apps.listInstallations': null,
  'apps.listReposAccessibleToInstallation': ['metadata: read'],
  'apps.listWebhookDeliveries': null,
  'checks.create': ['checks: write'],
  'checks.get': ['checks: read'],
  'checks.listForRef': ['checks: read'],
  'checks.update': ['checks: write'],
  // Comments and reactions of pull requests want pull_requests, those of issues want issues.
  'git.getTree': ['contents: read'],
  'issues.create': ['issues: write'],
  'issues.createComment': ['issues: write', 'pull_requests: write'],
  'issues.get': ['issues: read', 'pull_requests: read'],
  'issues.getComment': ['issues: read', 'pull_requests: read'],
  'issues.listComments': ['issues: read', 'pull_requests: read'],
  'issues.listCommentsForRepo': ['issues: read', 'pull_requests: read'],
  'issues.listForRepo': ['issues: read'],
  'issues.updateComment': ['issues: write', 'pull_requests: write'],
  'reactions.createForIssueComment': ['issues: write', 'pull_requests: write'],
  'repos.checkCollaborator': ['metadata: read'],
  'repos.compareCommitsWithBasehead': ['contents: read'],
  'repos.createDeployment': ['deployments: write'],
  'repos.get': ['metadata: read'],
  'repos.getCommit': ['contents: read'],
  'repos.getContent': ['contents: read'],
  'repos.getBranch': ['contents: read'],
  'repos.getBranchRules': ['metadata: read'],
  'repos.getCollaboratorPermissionLevel': ['metadata: read'],
  'repos.listCollaborators': ['metadata: read'],
  'repos.listCommits': ['contents: read'],
  'repos.listDeployments': ['deployments: read'],
  'repos.listDeploymentStatuses': ['deployments: read'],
  // Asked with the machine user's token, not as the App.
  'users.getAuthenticated': null,
  'users.getById': null,
};

const manifest = Manifest.parse(parse(readText('app.yml')));

function readText(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

function callsOfSource(): readonly string[] {
  const folder = new URL('../../src/github/', import.meta.url);
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  const texts = paths.map((path) => readText(`src/github/${path}`));
  const calls = texts.flatMap((text) =>
    [...text.matchAll(/\bapi\.([a-z]+\.[A-Za-z]+)\(/g)].map(([, call = '']) => call),
  );
  return [...new Set(calls)].toSorted();
}

function isGranted(need: string): boolean {
  const [name = '', level] = need.split(': ');
  const granted = manifest.default_permissions[name];
  return granted === 'write' || (granted === 'read' && level === 'read');
}

/** GitHub sends these to every App: nobody can ask for them, and a manifest that does is refused. */
const SENT_TO_ALL: readonly string[] = ['installation', 'installation_repositories'];

test('its events are those of the table of webhooks, except those that every App gets', () => {
  const asked = WEBHOOK_EVENTS.filter((event) => !SENT_TO_ALL.includes(event));
  expect(manifest.default_events.toSorted()).toEqual(asked.toSorted());
  expect(WEBHOOK_EVENTS).toEqual(expect.arrayContaining([...SENT_TO_ALL]));
});

test('the events that only lead to hints are those that doctor does without', () => {
  const table: Readonly<Record<string, Webhook>> = EVENTS;
  const onlyHints = WEBHOOK_EVENTS.filter((event) => table[event]?.onlyHints === true);
  expect(HINT_EVENTS.toSorted()).toEqual(onlyHints.toSorted());
  expect(HINT_EVENTS.filter((event) => !isListenedTo(event))).toEqual([]);
});

/** By docs.github.com's "Webhook events and payloads": GitHub refuses a manifest whose permissions do not bear its events. */
const EVENT_NEEDS: Readonly<Record<string, string>> = {
  check_run: 'checks: read',
  check_suite: 'checks: read',
  create: 'contents: read',
  deployment: 'deployments: read',
  deployment_status: 'deployments: read',
  issue_comment: 'issues: read',
  issues: 'issues: read',
  pull_request: 'pull_requests: read',
  pull_request_review: 'pull_requests: read',
  pull_request_review_comment: 'pull_requests: read',
  push: 'contents: read',
  registry_package: 'packages: read',
  repository: 'metadata: read',
};

test('every event has the permission that it needs', () => {
  expect(Object.keys(EVENT_NEEDS).toSorted()).toEqual(manifest.default_events.toSorted());
  expect(manifest.default_events.filter((event) => !isGranted(EVENT_NEEDS[event] ?? ''))).toEqual([]);
});

test('every call to GitHub has the permissions that it needs', () => {
  const calls = callsOfSource();
  expect(calls).toEqual(Object.keys(NEEDS).toSorted());
  const missing = calls.flatMap((call) => (NEEDS[call] ?? []).filter((need) => !isGranted(need)));
  expect(missing).toEqual([]);
});

test('it requests nothing else', () => {
  const calls = Object.values(NEEDS).flatMap((needs) => needs ?? []);
  const wanted = new Set([...calls, ...Object.values(EVENT_NEEDS)]);
  const surplus = Object.entries(manifest.default_permissions)
    .map(([name, level]) => `${name}: ${level}`)
    .filter((granted) => !wanted.has(granted));
  expect(surplus).toEqual([]);
});

test('deliveries come to the path that we serve', () => {
  expect(new URL(manifest.hook_attributes.url).pathname).toBe(WEBHOOK_PATH);
});

test('only its own account can install it', () => {
  expect(manifest.public).toBe(false);
});
