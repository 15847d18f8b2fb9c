// What two looks make of what they saw: a suspicion, a drift, the same drift in another shape, its end.
import { describe, expect, test } from 'vitest';
import { judgeLook, looksTheSame, type Drift, type Sighting } from '../../../src/domain/promotion/drift.ts';
import { digest, NOW, tag } from '../build.ts';

const main: Sighting = { kind: 'moved', tag: tag('main'), wanted: digest('wanted'), holds: digest('other') };
const latest: Sighting = { ...main, tag: tag('latest') };
const part: Sighting = {
  kind: 'missing',
  image: { role: 'production', name: 'P2', digest: digest('index') },
  manifest: digest('child'),
  platform: 'linux/arm64',
};
const whole: Sighting = { ...part, manifest: digest('index'), platform: null };

function drift(id: string, sightings: readonly Sighting[]): Drift {
  const place = { repoId: 42, environment: 'production', promotionId: 'promotion-1' };
  return { id, ...place, noticedAt: NOW, sightings, alternative: null, over: null, shownIn: null };
}

describe('what is known of no drift', () => {
  test.each<[string, readonly Sighting[], readonly Sighting[], readonly Sighting[], readonly Sighting[]]>([
    ['nothing, and nothing before', [], [], [], []],
    ['something for the first time is suspected', [main, part], [], [], [main, part]],
    ['the same a second time is confirmed', [main, part], [part, main], [main, part], []],
    ['gone at the second look is nothing', [], [main], [], []],
    ['each difference needs its own second look', [main, latest], [main], [main], [latest]],
    [
      'a tag that moved on between the looks is moved all the same',
      [{ ...main, holds: null }],
      [main],
      [{ ...main, holds: null }],
      [],
    ],
    [
      'a tag that should hold something else by now is looked at anew',
      [{ ...main, wanted: digest('newer') }],
      [main],
      [],
      [{ ...main, wanted: digest('newer') }],
    ],
    ['another platform of the image is another difference', [part, whole], [whole], [whole], [part]],
  ])('%s', (_name, seen, suspected, confirmed, left) => {
    expect(judgeLook({ seen, suspected, open: [] })).toEqual({ known: [], confirmed, suspected: left });
  });
});

describe('a drift that is known', () => {
  const newer: Sighting = { ...main, wanted: digest('newer') };
  const asTarget: Sighting = { ...part, image: { ...part.image, role: 'target' } };

  test.each<[string, readonly Sighting[], readonly Sighting[], readonly Sighting[]]>([
    ['is neither suspected nor confirmed again', [main, part], [main, part], []],
    ['loses what is as it should be again', [part], [part], []],
    ['is over when nothing of it is left', [], [], []],
    ['shows what its tag holds now', [{ ...main, holds: null }], [{ ...main, holds: null }], []],
    ['stays the same when its image became a rollback target', [asTarget], [asTarget], []],
    ['is over when its tag should hold something else', [newer], [], [newer]],
  ])('%s', (_name, seen, left, suspected) => {
    const one = drift('1', [main, part]);
    const known = [{ drift: one, left }];
    expect(judgeLook({ seen, suspected: [], open: [one] })).toEqual({ known, confirmed: [], suspected });
    expect(judgeLook({ seen, suspected: seen, open: [one] })).toEqual({ known, confirmed: suspected, suspected: [] });
  });

  test('does not take up what is new: that is a drift of its own', () => {
    const [one, two] = [drift('1', [main]), drift('2', [part])];
    expect(judgeLook({ seen: [main, latest, part], suspected: [latest], open: [one, two] })).toEqual({
      known: [
        { drift: one, left: [main] },
        { drift: two, left: [part] },
      ],
      confirmed: [latest],
      suspected: [],
    });
  });
});

test('differences look the same whatever the order of their members, and not when one changed', () => {
  const { kind, tag: name, wanted, holds } = latest.kind === 'moved' ? latest : main;
  expect(looksTheSame([main, latest], [main, { holds, wanted, tag: name, kind }])).toBe(true);
  expect(looksTheSame([main], [{ ...main, holds: null }])).toBe(false);
  expect(looksTheSame([main, part], [main])).toBe(false);
});
