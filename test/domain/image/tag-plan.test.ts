// Which tag will hold which digest, over what: every branch.
import { describe, expect, test } from 'vitest';
import type { EnvironmentPolicy } from '../../../src/domain/policy/policy.ts';
import {
  permanentTagOf,
  planTags,
  rollbackTagName,
  slugOf,
  tagNameOf,
  tagsToRead,
  type PlanInput,
  type TagMove,
  type TagPlan,
} from '../../../src/domain/image/tag-plan.ts';
import { COMMIT, digest, environment, FOREIGN, image, IMAGE, NEW, NOW, OLD, production, tag } from '../build.ts';

const KEPT = 'main-staging-abc1234';
const V1 = tag('v1.2.3');
const pinned = {
  repository: IMAGE,
  digest: NEW,
  commit: COMMIT,
  commitTag: tag('staging-abc1234'),
  platforms: ['linux/amd64'],
};
const names = new Map([
  [NEW, 'new'],
  [OLD, 'old'],
  [FOREIGN, 'foreign'],
]);

/** A plan in a form that a row can show. */
function show(plan: TagPlan): readonly string[] {
  switch (plan.kind) {
    case 'already-there':
      return ['already there'];
    case 'permanent-tag-taken':
      return plan.taken.map(
        ({ tag: taken, holds, wanted }) => `${taken} taken: holds ${names.get(holds)}, wanted ${names.get(wanted)}`,
      );
    case 'left-production':
      return plan.tags.map(
        ({ tag: moved, digest: held }) => `${moved} left: holds ${held === null ? 'nothing' : names.get(held)}`,
      );
    case 'moves':
      return plan.moves.map(showMove);
  }
}

function showMove(move: TagMove): string {
  const from = move.kind === 'rollback' ? '' : ` ${move.baseline === null ? 'nothing' : names.get(move.baseline)} →`;
  return `${move.kind} ${tagNameOf(move)}:${from} ${names.get(move.digest)}`;
}

const INPUT = {
  image: pinned,
  environment: environment(),
  kind: 'promotion',
  force: false,
  versionTag: null,
  reason: null,
  production: [],
} as const;

const ROWS: readonly (readonly [string, Partial<PlanInput>, readonly string[]])[] = [
  [
    'all floating tags move, in policy order, after the rollback tag and the kept tag',
    { production: production({ latest: OLD, main: OLD, [KEPT]: null }) },
    [
      'rollback rollback-<time>-release: old',
      `permanent ${KEPT}: nothing → new`,
      'floating main: old → new',
      'floating latest: old → new',
    ],
  ],
  [
    'a first promotion leaves nothing behind: no rollback tag',
    { production: production({ main: null, latest: null, [KEPT]: null }) },
    [`permanent ${KEPT}: nothing → new`, 'floating main: nothing → new', 'floating latest: nothing → new'],
  ],
  [
    'all floating tags hold the digest: there is nothing to do, whatever the kept tag holds',
    { production: production({ main: NEW, latest: NEW, [KEPT]: FOREIGN }) },
    ['already there'],
  ],
  [
    'one floating tag holds it already: the other one moves, and what that held is kept',
    { production: production({ main: NEW, latest: OLD, [KEPT]: NEW }) },
    ['rollback rollback-<time>-release: old', 'floating latest: old → new'],
  ],
  [
    'one floating tag holds it already and the other is not there: nothing is left behind',
    { production: production({ main: NEW, latest: null, [KEPT]: NEW }) },
    ['floating latest: nothing → new'],
  ],
  [
    'the floating tags hold different digests: the rollback tag keeps that of the first',
    { production: production({ main: OLD, latest: FOREIGN, [KEPT]: null }) },
    [
      'rollback rollback-<time>-release: old',
      `permanent ${KEPT}: nothing → new`,
      'floating main: old → new',
      'floating latest: foreign → new',
    ],
  ],
  [
    'the first floating tag is not there, the second is: the rollback tag keeps that',
    { production: production({ main: null, latest: OLD, [KEPT]: NEW }) },
    ['rollback rollback-<time>-release: old', 'floating main: nothing → new', 'floating latest: old → new'],
  ],
  [
    'the kept tag holds the digest: it is not written again',
    { production: production({ main: OLD, latest: OLD, [KEPT]: NEW }) },
    ['rollback rollback-<time>-release: old', 'floating main: old → new', 'floating latest: old → new'],
  ],
  [
    'the kept tag holds another digest: refused with both',
    { production: production({ main: OLD, latest: OLD, [KEPT]: FOREIGN }) },
    [`${KEPT} taken: holds foreign, wanted new`],
  ],
  [
    'the kept tag was left by a promotion that never was promoted: it is written over',
    {
      production: production({ main: null, latest: null, [KEPT]: FOREIGN }).map((state) => ({
        ...state,
        leftByUnfinished: state.tag === KEPT,
      })),
    },
    [`permanent ${KEPT}: foreign → new`, 'floating main: nothing → new', 'floating latest: nothing → new'],
  ],
  [
    'no commit tag is known: no kept tag',
    { image: { ...pinned, commitTag: null }, production: production({ main: OLD, latest: OLD, [KEPT]: FOREIGN }) },
    ['rollback rollback-<time>-release: old', 'floating main: old → new', 'floating latest: old → new'],
  ],
  [
    'the policy keeps nothing',
    { environment: environment({ keepAs: null }), production: production({ main: OLD, latest: OLD, [KEPT]: FOREIGN }) },
    ['rollback rollback-<time>-release: old', 'floating main: old → new', 'floating latest: old → new'],
  ],
  [
    'the policy wants no rollback tags',
    { environment: environment({ rollbackTags: false }), production: production({ main: OLD, latest: OLD }) },
    [`permanent ${KEPT}: nothing → new`, 'floating main: old → new', 'floating latest: old → new'],
  ],
  [
    'a rollback moves the floating tags and keeps what they held, and writes no kept tag',
    { kind: 'rollback', production: production({ main: OLD, latest: OLD, [KEPT]: FOREIGN }) },
    ['rollback rollback-<time>-rollback: old', 'floating main: old → new', 'floating latest: old → new'],
  ],
  [
    'the reason names the rollback tag',
    { reason: 'Black Friday!', kind: 'rollback', production: production({ main: OLD, latest: NEW }) },
    ['rollback rollback-<time>-black-friday: old', 'floating main: old → new'],
  ],
  [
    'a version is kept like the source',
    { versionTag: V1, production: production({ main: OLD, latest: OLD, [KEPT]: null, [V1]: null }) },
    [
      'rollback rollback-<time>-release: old',
      `permanent ${KEPT}: nothing → new`,
      'permanent v1.2.3: nothing → new',
      'floating main: old → new',
      'floating latest: old → new',
    ],
  ],
  [
    'a version that holds the digest is not written again',
    { versionTag: V1, production: production({ main: OLD, latest: NEW, [KEPT]: NEW, [V1]: NEW }) },
    ['rollback rollback-<time>-release: old', 'floating main: old → new'],
  ],
  [
    'a version that names another image is refused with both digests',
    { versionTag: V1, production: production({ main: OLD, latest: OLD, [KEPT]: NEW, [V1]: OLD }) },
    ['v1.2.3 taken: holds old, wanted new'],
  ],
  [
    'a taken version and a taken kept tag are both told',
    { versionTag: V1, production: production({ main: OLD, latest: OLD, [KEPT]: FOREIGN, [V1]: OLD }) },
    [`${KEPT} taken: holds foreign, wanted new`, 'v1.2.3 taken: holds old, wanted new'],
  ],
  [
    'on an image that production holds, a version is added alone',
    { versionTag: V1, production: production({ main: NEW, latest: NEW, [KEPT]: null, [V1]: null }) },
    ['permanent v1.2.3: nothing → new'],
  ],
  [
    'on an image that production holds, a taken version is refused',
    { versionTag: V1, production: production({ main: NEW, latest: NEW, [KEPT]: FOREIGN, [V1]: OLD }) },
    ['v1.2.3 taken: holds old, wanted new'],
  ],
  [
    'on an image that production holds under that version already, there is nothing to do',
    { versionTag: V1, production: production({ main: NEW, latest: NEW, [V1]: NEW }) },
    ['already there'],
  ],
  [
    'a pushed git tag adds its version to what production holds',
    { kind: 'version', versionTag: V1, production: production({ main: NEW, latest: NEW, [V1]: null }) },
    ['permanent v1.2.3: nothing → new'],
  ],
  [
    'a pushed git tag moves nothing where production holds something else by now',
    { kind: 'version', versionTag: V1, production: production({ main: OLD, latest: NEW, [V1]: null }) },
    ['main left: holds old'],
  ],
  [
    'a forced one whose reason makes no slug names its rollback tag by the force',
    { force: true, reason: 'срочно', production: production({ main: OLD, latest: OLD, [KEPT]: NEW }) },
    ['rollback rollback-<time>-force: old', 'floating main: old → new', 'floating latest: old → new'],
  ],
  [
    'tags of another image count for nothing',
    { production: production({ main: OLD }).map((state) => ({ ...state, repository: image('ghcr.io/acme/other') })) },
    [`permanent ${KEPT}: nothing → new`, 'floating main: nothing → new', 'floating latest: nothing → new'],
  ],
];

test.each(ROWS)('%s', (_name, change, shown) => {
  expect(show(planTags({ ...INPUT, ...change }))).toEqual(shown);
});

describe('tag names', () => {
  const slugs: readonly (readonly [string, string | null, string])[] = [
    ['no reason', null, 'release'],
    ['an empty reason', '', 'release'],
    ['words', 'Black Friday', 'black-friday'],
    ['capitals and digits', 'CVE-2026-1234', 'cve-2026-1234'],
    ['runs of other characters', '  fix:  the   (bad)  bug!! ', 'fix-the-bad-bug'],
    ['another alphabet', 'срочно', 'release'],
    ['letters among others', 'größer', 'gr-er'],
    ['only dashes', '---', 'release'],
    ['exactly 40 characters', 'a'.repeat(40), 'a'.repeat(40)],
    ['41 characters', 'a'.repeat(41), 'a'.repeat(40)],
    ['a cut at a dash', `${'a'.repeat(39)} b`, 'a'.repeat(39)],
    ['500 characters of emoji', '🚀'.repeat(250), 'release'],
  ];

  test.each(slugs)('the slug of %s', (_name, reason, slug) => {
    expect(slugOf(reason, 'release')).toBe(slug);
  });

  test.each([
    [1, 'rollback-20261124-063312-release'],
    [2, 'rollback-20261124-063312-release-2'],
    [11, 'rollback-20261124-063312-release-11'],
  ])('attempt %i at a rollback tag is %s', (attempt, name) => {
    expect(rollbackTagName({ slug: 'release', at: NOW, attempt })).toBe(name);
  });

  test('a rollback tag is valid with the longest slug', () => {
    expect(rollbackTagName({ slug: slugOf('x'.repeat(500), 'release'), at: NOW, attempt: 999 })).toHaveLength(69);
  });

  const templates: readonly (readonly [string, EnvironmentPolicy['keepAs'], string | null, string | null])[] = [
    ['the built-in template', 'main-{source}', 'staging-abc1234', KEPT],
    ['the source alone', '{source}', 'staging-abc1234', 'staging-abc1234'],
    ['the source twice', '{source}-{source}', 'staging-abc1234', 'staging-abc1234-staging-abc1234'],
    ['no template', null, 'staging-abc1234', null],
    ['no commit tag', 'main-{source}', null, null],
    ['a template that makes no legal tag', 'main {source}', 'staging-abc1234', null],
    ['a name that is too long', `${'x'.repeat(120)}{source}`, 'staging-abc1234', null],
  ];

  test.each(templates)('the kept tag of %s', (_name, keepAs, commitTag, name) => {
    const subject = { ...pinned, commitTag: commitTag === null ? null : tag(commitTag) };
    expect(permanentTagOf(environment({ keepAs }), subject)).toBe(name);
  });

  test('the tags to read are the floating ones and the permanent one', () => {
    expect(tagsToRead(INPUT)).toEqual(['main', 'latest', KEPT]);
    expect(tagsToRead({ ...INPUT, image: { ...pinned, commitTag: null } })).toEqual(['main', 'latest']);
    expect(tagsToRead({ ...INPUT, versionTag: V1 })).toEqual(['main', 'latest', KEPT, V1]);
  });
});

test('a plan moves tags only to the promoted digest, except the rollback tag', () => {
  const states = production({ main: digest('a'), latest: digest('b'), [KEPT]: null });
  const plan = planTags({ ...INPUT, production: states });
  const moves = plan.kind === 'moves' ? plan.moves : [];
  expect(moves.map((move) => [move.kind, move.digest])).toEqual([
    ['rollback', digest('a')],
    ['permanent', NEW],
    ['floating', NEW],
    ['floating', NEW],
  ]);
});
