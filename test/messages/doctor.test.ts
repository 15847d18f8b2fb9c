// The words of every check of `doctor`: the compiler asks for a sample of each code.
import { expect, test } from 'vitest';
import type { Check, CheckSubject } from '../../src/domain/doctor/check.ts';
import type { DenialCause } from '../../src/domain/doctor/denial.ts';
import { checkWords, progressText, subjectTitle } from '../../src/messages/doctor/words.ts';
import { badYaml, outside } from '../domain/problem.ts';
import { AT, IMAGE, REPO, tagOf } from './sample-view.ts';

type Samples = { readonly [C in Check['code']]: readonly (Check & { readonly code: C })[] };

const problem = outside('GET the App: HTTP 500');
const server = { name: 'variables', outcome: 'ok' } as const;
const database = { name: 'database', outcome: 'ok' } as const;
const key = { name: 'app-key', outcome: 'ok' } as const;
const clock = { name: 'clock', outcome: 'ok' } as const;
const permissions = { name: 'app-permissions', outcome: 'ok' } as const;
const events = { name: 'app-events', outcome: 'ok' } as const;
const installation = { name: 'installation', outcome: 'ok' } as const;
const secret = { name: 'webhook-secret', outcome: 'ok' } as const;
const address = { name: 'webhook-address', outcome: 'ok' } as const;
const deliveries = { name: 'deliveries', outcome: 'ok' } as const;
const token = { name: 'token', outcome: 'ok' } as const;
const scopes = { name: 'token-scopes', outcome: 'ok' } as const;
const expiry = { name: 'token-expiry', outcome: 'ok' } as const;
const repository = { name: 'repository', outcome: 'ok' } as const;
const policy = { name: 'policy', outcome: 'ok' } as const;
const environment = { name: 'environment', outcome: 'ok' } as const;
const credential = { name: 'registry-credential', outcome: 'ok' } as const;
const whose = { name: 'image', outcome: 'fail', image: IMAGE, repo: REPO, repoId: 7 } as const;
const read = { name: 'registry-read', outcome: 'ok', image: IMAGE, tagPrefix: 'staging', branch: 'staging' } as const;
const labels = { name: 'labels', outcome: 'fail', image: IMAGE, tag: tagOf('staging') } as const;
const visibility = { name: 'public', outcome: 'ok', image: IMAGE } as const;
const push = { name: 'registry-push', outcome: 'fail', code: 'outside-error', problem } as const;

const url = 'https://imprimatur.example.com/api/github/webhooks';
const path = '/api/github/webhooks';
const newest = { event: 'push', at: AT, status: 502, message: 'failed to connect to host' };
const canary = { name: 'canary', branch: 'next', tags: [] };
const production = { name: 'production', branch: 'main', tags: [tagOf('main'), tagOf('latest')] };
const CAUSES: readonly (DenialCause | null)[] = [
  null,
  { code: 'image-not-pushed', image: IMAGE },
  { code: 'token-refused' },
  { code: 'token-lacks-scope' },
  { code: 'package-role', login: 'acme-bot', access: 'push' },
  { code: 'package-role', login: 'acme-bot', access: 'pull' },
];

const SAMPLES: Samples = {
  'outside-error': CAUSES.map((cause) => ({ ...push, cause })),
  'variables-readable': [{ ...server, code: 'variables-readable' }],
  'floors-unset': [
    { ...server, outcome: 'warn', code: 'floors-unset', variables: ['MIN_APPROVALS', 'FORBID_SELF_APPROVAL'] },
    { ...server, outcome: 'warn', code: 'floors-unset', variables: ['FORBID_SELF_APPROVAL'] },
  ],
  'variable-unreadable': [{ ...server, code: 'variable-unreadable', detail: 'PORT: "x" is not a port' }],
  'database-readable': [
    { ...database, code: 'database-readable', repos: [] },
    { ...database, code: 'database-readable', repos: [REPO] },
  ],
  'database-unreadable': [
    { ...database, code: 'database-unreadable', problem, isRepoNamed: true },
    { ...database, code: 'database-unreadable', problem, isRepoNamed: false },
  ],
  'no-app': [{ ...key, code: 'no-app', detail: 'APP_ID is not set' }],
  'key-accepted': [{ ...key, code: 'key-accepted', app: 'Imprimatur', id: 77, owner: 'acme' }],
  'key-refused': [{ ...key, code: 'key-refused', problem }],
  'app-unreadable': [{ ...key, code: 'app-unreadable', problem }],
  'clock-right': [{ ...clock, code: 'clock-right' }],
  'clock-wrong': [
    { ...clock, code: 'clock-wrong', aheadMs: 6000 },
    { ...clock, code: 'clock-wrong', aheadMs: -31_000 },
  ],
  'permissions-right': [{ ...permissions, code: 'permissions-right' }],
  'permissions-missing': [
    { ...permissions, code: 'permissions-missing', permissions: ['checks: write'] },
    { ...permissions, code: 'permissions-missing', permissions: ['checks: write', 'issues: write'] },
  ],
  'permissions-surplus': [
    { ...permissions, code: 'permissions-surplus', permissions: ['checks: write'] },
    { ...permissions, code: 'permissions-surplus', permissions: ['checks: write', 'issues: write'] },
  ],
  'events-right': [{ ...events, code: 'events-right' }],
  'hint-events-missing': [{ ...events, code: 'hint-events-missing', events: ['issues', 'pull_request'] }],
  'events-missing': [
    { ...events, code: 'events-missing', events: ['push', 'check_run'] },
    { ...events, code: 'events-missing', events: ['push'] },
  ],
  'installed-nowhere': [{ ...installation, code: 'installed-nowhere' }],
  'installation-suspended': [{ ...installation, code: 'installation-suspended', account: 'acme' }],
  'installation-not-served': [{ ...installation, code: 'installation-not-served', account: 'acme' }],
  'installation-right': [{ ...installation, code: 'installation-right', account: 'acme' }],
  'installations-not-served': [
    { ...installation, code: 'installations-not-served', count: 11, accounts: ['acme', 'globex'] },
  ],
  'installations-right': [
    { ...installation, code: 'installations-right', count: 11, accounts: ['acme', 'globex'] },
    { ...installation, code: 'installations-right', count: 2, accounts: ['acme', 'globex'] },
  ],
  'installation-lacks-grants': [
    {
      ...installation,
      code: 'installation-lacks-grants',
      account: 'acme',
      permissions: ['checks: write'],
      events: ['push'],
    },
  ],
  'no-secret-on-github': [{ ...secret, code: 'no-secret-on-github' }],
  'secret-unreadable': [{ ...secret, code: 'secret-unreadable' }],
  'secret-set': [{ ...secret, code: 'secret-set', length: 33 }],
  'two-secrets-set': [{ ...secret, code: 'two-secrets-set', length: 33 }],
  'no-webhook-address': [{ ...address, code: 'no-webhook-address', path }],
  'other-webhook-path': [{ ...address, code: 'other-webhook-path', url: 'https://imprimatur.example.com/', path }],
  'other-webhook-address': [{ ...address, code: 'other-webhook-address', url, publicUrl: 'https://other.example.com' }],
  'other-content-type': [
    { ...address, code: 'other-content-type', contentType: 'xml' },
    { ...address, code: 'other-content-type', contentType: null },
  ],
  'certificate-unchecked': [{ ...address, code: 'certificate-unchecked', url }],
  'webhook-address-right': [{ ...address, code: 'webhook-address-right', url }],
  'no-delivery': [{ ...deliveries, code: 'no-delivery' }],
  'delivery-accepted': [{ ...deliveries, code: 'delivery-accepted', count: 3, accepted: 1, newest }],
  'signature-refused': [{ ...deliveries, code: 'signature-refused', count: 1, accepted: 0, newest }],
  'delivery-refused': [{ ...deliveries, code: 'delivery-refused', count: 3, accepted: 2, newest }],
  'no-token': [{ ...token, code: 'no-token' }],
  'token-of-other-kind': [{ ...token, code: 'token-of-other-kind' }],
  'token-refused': [{ ...token, code: 'token-refused' }],
  'token-not-read': [{ ...token, code: 'token-not-read', detail: 'GitHub did not answer.' }],
  'token-accepted': [{ ...token, code: 'token-accepted', login: 'acme-bot' }],
  'token-of-other-account': [{ ...token, code: 'token-of-other-account', login: 'acme-bot', username: 'other-bot' }],
  'scopes-not-listed': [{ ...scopes, code: 'scopes-not-listed' }],
  'scope-missing': [
    { ...scopes, code: 'scope-missing', scopes: [] },
    { ...scopes, code: 'scope-missing', scopes: ['read:packages', 'gist'] },
  ],
  'scopes-right': [{ ...scopes, code: 'scopes-right', scopes: ['write:packages'] }],
  'scopes-surplus': [{ ...scopes, code: 'scopes-surplus', scopes: ['repo', 'gist'] }],
  'token-never-expires': [{ ...expiry, code: 'token-never-expires' }],
  'token-expires': [{ ...expiry, code: 'token-expires', at: AT, daysLeft: 90.5 }],
  'token-expires-soon': [
    { ...expiry, code: 'token-expires-soon', at: AT, daysLeft: 1.5 },
    { ...expiry, code: 'token-expires-soon', at: AT, daysLeft: -2 },
  ],
  'github-not-asked': [{ ...repository, code: 'github-not-asked', detail: 'APP_ID is not set' }],
  'app-installed': [{ ...repository, code: 'app-installed', repo: REPO }],
  'app-not-installed': [{ ...repository, code: 'app-not-installed', repo: REPO }],
  'policy-unreadable': [{ ...policy, code: 'policy-unreadable', problems: [badYaml('one'), badYaml('two', 2)] }],
  'policy-built-in': [{ ...policy, code: 'policy-built-in' }],
  'policy-readable': [{ ...policy, code: 'policy-readable', blob: '0123456789abcdef0123456789abcdef01234567' }],
  'default-environment': [{ ...environment, code: 'default-environment', environments: [production, canary] }],
  'no-default-environment': [{ ...environment, code: 'no-default-environment', environments: [canary] }],
  'name-taken': (['user', 'app'] as const).map((kind) => ({
    name: 'policy',
    outcome: 'warn',
    code: 'name-taken',
    taken: { kind, name: 'maria', id: 1234, firstUsed: AT, holder: 5678 },
  })),
  'default-branch-open': [{ name: 'branch', outcome: 'warn', code: 'default-branch-open', branch: 'main', repo: REPO }],
  'branch-missing': [{ name: 'branch', outcome: 'warn', code: 'branch-missing', branch: 'next', repo: REPO }],
  'image-not-granted': [{ ...whose, code: 'image-not-granted' }],
  'image-granted-elsewhere': [{ ...whose, code: 'image-granted-elsewhere' }],
  'image-of-another-repository': [{ ...whose, code: 'image-of-another-repository' }],
  'image-not-proven': [{ ...whose, code: 'image-not-proven' }],
  'credential-set': [
    { ...credential, code: 'credential-set', host: 'ghcr.io', username: 'acme-bot' },
    { ...credential, code: 'credential-set', host: 'registry.example.com', username: 'ada' },
  ],
  'no-credential': [{ ...credential, code: 'no-credential', host: 'ghcr.io' }],
  'tags-readable': [{ ...read, code: 'tags-readable', tags: 5, stagingTags: 2 }],
  'labels-set': [{ ...labels, code: 'labels-set' }],
  'labels-missing': [
    {
      ...labels,
      code: 'labels-missing',
      source: 'https://github.com/acme/dotca',
      labels: ['org.opencontainers.image.source', 'org.opencontainers.image.revision', 'team'],
    },
  ],
  'no-staging-tag': [{ ...read, code: 'no-staging-tag', tags: 1, stagingTags: 0 }],
  'no-tag-to-pull': [{ ...visibility, code: 'no-tag-to-pull' }],
  'image-hidden': [{ ...visibility, code: 'image-hidden' }],
  'image-private': [{ ...visibility, code: 'image-private' }],
  'image-public': [{ ...visibility, code: 'image-public' }],
  'visibility-unknown': [{ ...visibility, code: 'visibility-unknown', problem }],
  'image-writable': [{ name: 'registry-push', outcome: 'ok', code: 'image-writable', image: IMAGE }],
};

test('every check has its words', () => {
  const lines = Object.values(SAMPLES)
    .flat()
    .map((check) => {
      const { message, hint } = checkWords(check);
      return `${check.code}: ${message}${hint === null ? '' : `\n  → ${hint}`}`;
    });
  expect(lines.join('\n')).toMatchSnapshot();
});

test('every subject has a title, and a sentence while it is examined', () => {
  const subjects: readonly CheckSubject[] = [
    { kind: 'server' },
    { kind: 'app' },
    { kind: 'machine-user' },
    { kind: 'repository', name: REPO },
  ];
  expect(subjects.map((subject) => `${subjectTitle(subject)} | ${progressText(subject)}`)).toMatchInlineSnapshot(`
    [
      "This server | Checking this server …",
      "The GitHub App | Checking the App …",
      "The machine user | Checking the machine user …",
      "acme/dotca | Checking acme/dotca …",
    ]
  `);
});
