// Shows that the App's own description is read whoever owns it.
import nock from 'nock';
import { expect, test } from 'vitest';
import { fetchApp } from '../../../src/github/app/app.ts';
import { API, failureOf, offlineGitHub, playOffline } from '../offline-github.ts';

playOffline();

const KNOWN = { id: 4711, slug: 'imprimatur', name: 'Imprimatur', permissions: { checks: 'write' } };

test.each([
  { name: 'an organization or a person', owner: { login: 'acme', id: 1, type: 'Organization' }, expected: 'acme' },
  { name: 'an enterprise, which has no login', owner: { slug: 'acme-corp', id: 1 }, expected: 'acme-corp' },
])('an App may be owned by $name', async ({ owner, expected }) => {
  nock(API)
    .get('/app')
    .matchHeader('authorization', /^bearer eyJ/)
    .reply(200, { ...KNOWN, owner });
  expect(await fetchApp(offlineGitHub().asApp())).toEqual({
    id: 4711,
    slug: 'imprimatur',
    name: 'Imprimatur',
    owner: expected,
  });
});

test('an App without an owner is not guessed at', async () => {
  nock(API)
    .get('/app')
    .reply(200, { ...KNOWN, owner: null });
  expect((await failureOf(fetchApp(offlineGitHub().asApp()))).code).toBe('github-unreadable');
});
