// How token scopes merge.
import { expect, test } from 'vitest';
import { mergeScopes } from '../../../src/registry/auth/scopes.ts';

test.each([
  [['repository:a:pull', 'repository:a:pull,push'], ['repository:a:pull,push']],
  [
    ['repository:b:pull', 'repository:a:push'],
    ['repository:b:pull', 'repository:a:push'],
  ],
  [['repository:host:5000/a:pull', 'repository:host:5000/a:push'], ['repository:host:5000/a:pull,push']],
])('The scopes %j merge to %j', (scopes, merged) => {
  expect(mergeScopes(scopes)).toEqual(merged);
});
