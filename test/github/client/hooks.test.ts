// The answers that are kept by their ETag have a limit together: folders of many repositories are listed.
import { expect, test } from 'vitest';
import { createEtagCache } from '../../../src/github/client/hooks.ts';

const answer = (data: unknown) => ({ status: 200, url: 'https://api.github.com/x', headers: { etag: 'W/"1"' }, data });

test('the newest ones are kept', () => {
  const cache = createEtagCache();
  const large = answer('x'.repeat(20_000_000));
  for (let at = 0; at < 10; at += 1) cache.set(String(at), large);
  expect([...cache.keys()]).toEqual(['9', '8', '7']);
});

test('an answer without a body has a size too', () => {
  const cache = createEtagCache();
  cache.set('a', answer(undefined));
  expect(cache.has('a')).toBe(true);
});
