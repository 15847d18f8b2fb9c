// What a promotion remembers of its source tag: where it has gone, and nothing where it stayed.
import { expect, test } from 'vitest';
import { sourceSeen } from '../../src/domain/promotion/promotion.ts';
import { subjectOf } from '../../src/domain/promotion/approval.ts';
import { FOREIGN, NEW, promotion } from './build.ts';

test.each([
  ['a tag that holds the pinned digest is no news', promotion(), NEW, undefined],
  ['a tag that holds another one has moved on', promotion(), FOREIGN, FOREIGN],
  ['a tag that came back is no news any more', promotion({ sourceMovedTo: FOREIGN }), NEW, undefined],
  ['a tag that is not seen leaves what was known', promotion({ sourceMovedTo: FOREIGN }), null, FOREIGN],
  ['a promotion that waits for its image has pinned nothing', promotion({ images: [] }), FOREIGN, undefined],
])('%s', (_name, before, holds, movedTo) => {
  expect(sourceSeen(before, holds).sourceMovedTo).toBe(movedTo);
});

test('an approval does not cover where the tag has moved', () => {
  expect(subjectOf(sourceSeen(promotion(), FOREIGN))).toBe(subjectOf(promotion()));
});
