// The table of facts: what is promoted, from where, by whom and why.
import { expect, test } from 'vitest';
import type { Promotion } from '../../../src/domain/promotion/promotion.ts';
import { renderFacts } from '../../../src/messages/card/facts.ts';
import { AT, IMAGE, must, tagOf, viewOf } from '../sample-view.ts';

const DETAIL = { findings: 200, reviews: 50, tags: 100, textLength: 500 };
const [PINNED] = viewOf().promotion.images;
const WITHOUT_COMMIT = [{ ...must(PINNED ?? null), commit: null, commitTag: null }];

test.each<[string, Partial<Promotion>]>([
  ['of an image, with a reason', { reason: 'fixes the login page for @everyone' }],
  ['before the commit is known', { images: WITHOUT_COMMIT, findings: [], state: { kind: 'examining', again: false } }],
  ['of an image that proves no commit', { images: WITHOUT_COMMIT }],
  ['of a rollback to an image that proves no commit', { kind: 'rollback', images: WITHOUT_COMMIT }],
  [
    'of an image that is waited for',
    {
      images: [],
      state: {
        kind: 'waiting-for-image',
        repository: IMAGE,
        commit: must(PINNED?.commit ?? null),
        tags: [tagOf('staging-abc1234')],
        until: AT,
      },
    },
  ],
  ['of a wait that came to nothing', { images: [], state: { kind: 'expired' } }],
])('%s', (_, promotion) => {
  expect(renderFacts(viewOf(promotion), DETAIL)).toMatchSnapshot();
});
