// The card in its main states, read as a user reads it, and its limits.
import { describe, expect, test } from 'vitest';
import { parseCommitSha } from '../../../src/domain/image/reference.ts';
import { type Promotion } from '../../../src/domain/promotion/promotion.ts';
import { MAX_COMMENT_LENGTH, renderCard } from '../../../src/messages/card/card.ts';
import { renderCheckRun } from '../../../src/messages/check-run/check-run.ts';
import type { PromotionView } from '../../../src/messages/promotion-view.ts';
import { plainTexts } from '../rendered.ts';
import {
  AT,
  FOREIGN,
  MOVED,
  NEW,
  OLD,
  PRODUCTION,
  SUBJECT,
  FINDINGS,
  finding,
  floodOfFindings,
  must,
  outcome,
  sizeFinding,
  IMAGE,
  tagOf,
  viewOf,
} from '../sample-view.ts';
import { failedWith, failure, outside } from '../../domain/problem.ts';

const MINUTE_MS = 60_000;
const JO = { id: 2, login: 'jo' };
const APPROVAL = { verdict: 'approve', by: JO, at: AT + 7 * MINUTE_MS, via: 'check-run', subject: SUBJECT } as const;

describe('a card reads', () => {
  test('while it waits for approval', () => {
    expect(renderCard(viewOf({ reason: 'fixes the login page for @everyone' }))).toMatchInlineSnapshot(`
      "<!-- imprimatur P12 -->
      ### ● P12 · \`staging-abc1234\` → \`production\` · Waits for approval

      | Image | \`acme/dotca\` |
      | :-- | :-- |
      | Digest | \`sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\` |
      | Commit | [\`abc1234\`](https://github.com/acme/dotca/commit/abc1234000000000000000000000000000000000) |
      | Requested | by \`maria\`, 2026-11-24 06:33 UTC |
      | Reason | fixes the login page for \`@everyone\` |

      **Tags to be moved**

      - \`rollback-<time>-release\`: new, keeps \`sha256:aaaaaaaaaaaa…\`
      - \`main-staging-abc1234\`: new → \`sha256:bbbbbbbbbbbb…\`
      - \`main\`: \`sha256:aaaaaaaaaaaa…\` → \`sha256:bbbbbbbbbbbb…\`
      - \`latest\`: \`sha256:aaaaaaaaaaaa…\` → \`sha256:bbbbbbbbbbbb…\`

      **Findings**: all pass

      | Outcome | Rule | Platform | Seen | Wanted |
      | :-- | :-- | :-- | :-- | :-- |
      | ✓ pass | completeness | whole image | complete for linux/amd64, linux/arm64 | every manifest, config and layer of each platform is in the registry |
      | ✓ pass | size | linux/amd64 | 182 MB | 100 MB to 2 GB |
      | ✓ pass | size | linux/arm64 | 179 MB | 100 MB to 2 GB |
      | ✓ pass | layers | linux/amd64, linux/arm64 | 7 layers | at most 100 layers, and a history that agrees |
      | ✓ pass | command | linux/amd64, linux/arm64 | Entrypoint is set | Entrypoint or Cmd |

      Anyone with write access can approve, but not the one who asked. Comment \`/approve P12\` or \`/reject P12 <reason>\`, or use the buttons of the [check run](https://github.com/acme/dotca/runs/9001). To withdraw it: \`/cancel P12\`.

      <sub>[check run](https://github.com/acme/dotca/runs/9001) · audit 123·ab12cd34</sub>"
    `);
  });

  test('when the rules refuse the image', () => {
    const findings = [
      ...FINDINGS.filter(({ rule }) => rule !== 'size'),
      sizeFinding('linux/amd64', 2_410_000_000, 'fail'),
      sizeFinding('linux/arm64', 3_000_000, 'warn'),
    ];
    expect(renderCard(viewOf({ state: { kind: 'checks-failed' }, findings, moves: [] }))).toMatchInlineSnapshot(`
      "<!-- imprimatur P12 -->
      ### ✗ P12 · \`staging-abc1234\` → \`production\` · Refused: 1 rule fails

      | Image | \`acme/dotca\` |
      | :-- | :-- |
      | Digest | \`sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\` |
      | Commit | [\`abc1234\`](https://github.com/acme/dotca/commit/abc1234000000000000000000000000000000000) |
      | Requested | by \`maria\`, 2026-11-24 06:33 UTC |

      **Findings**: 1 of 7 keeps the image out

      | Outcome | Rule | Platform | Seen | Wanted |
      | :-- | :-- | :-- | :-- | :-- |
      | ✗ fail | size | linux/amd64 | 2.41 GB (\`2410000000\` bytes) | 100 MB to 2 GB |
      | ! warn | size | linux/arm64 | 3 MB (\`3000000\` bytes) | 100 MB to 2 GB |
      | ✓ pass | completeness | whole image | complete for linux/amd64, linux/arm64 | every manifest, config and layer of each platform is in the registry |
      | ✓ pass | layers | linux/amd64, linux/arm64 | 7 layers | at most 100 layers, and a history that agrees |
      | ✓ pass | command | linux/amd64, linux/arm64 | Entrypoint is set | Entrypoint or Cmd |

      Nothing was moved. Mend what failed, build again, and promote the new image. If the same image would pass now, **Re-run** of the check run looks at it again.

      <sub>[check run](https://github.com/acme/dotca/runs/9001) · audit 123·ab12cd34</sub>"
    `);
  });

  test('when production moved and an approval counts no more', () => {
    const view = viewOf({
      notice: { kind: 'production-moved', tags: [{ repository: IMAGE, tag: tagOf('main'), from: OLD, to: FOREIGN }] },
      reviews: [{ ...APPROVAL, subject: '4'.repeat(64) }],
    });
    expect(renderCard(view)).toMatchInlineSnapshot(`
      "<!-- imprimatur P12 -->
      ### ● P12 · \`staging-abc1234\` → \`production\` · Waits for approval

      \`production\` has changed since this was planned. The plan was made anew, and 1 approval given before counts no more.

      - \`main\`: \`sha256:aaaaaaaaaaaa…\` → \`sha256:ffffffffffff…\`

      | Image | \`acme/dotca\` |
      | :-- | :-- |
      | Digest | \`sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\` |
      | Commit | [\`abc1234\`](https://github.com/acme/dotca/commit/abc1234000000000000000000000000000000000) |
      | Requested | by \`maria\`, 2026-11-24 06:33 UTC |

      **Tags to be moved**

      - \`rollback-<time>-release\`: new, keeps \`sha256:aaaaaaaaaaaa…\`
      - \`main-staging-abc1234\`: new → \`sha256:bbbbbbbbbbbb…\`
      - \`main\`: \`sha256:aaaaaaaaaaaa…\` → \`sha256:bbbbbbbbbbbb…\`
      - \`latest\`: \`sha256:aaaaaaaaaaaa…\` → \`sha256:bbbbbbbbbbbb…\`

      **Findings**: all pass

      | Outcome | Rule | Platform | Seen | Wanted |
      | :-- | :-- | :-- | :-- | :-- |
      | ✓ pass | completeness | whole image | complete for linux/amd64, linux/arm64 | every manifest, config and layer of each platform is in the registry |
      | ✓ pass | size | linux/amd64 | 182 MB | 100 MB to 2 GB |
      | ✓ pass | size | linux/arm64 | 179 MB | 100 MB to 2 GB |
      | ✓ pass | layers | linux/amd64, linux/arm64 | 7 layers | at most 100 layers, and a history that agrees |
      | ✓ pass | command | linux/amd64, linux/arm64 | Entrypoint is set | Entrypoint or Cmd |

      **Reviews**

      - ✓ Approved by \`jo\`, 2026-11-24 06:40 UTC, with the button; counts no more

      Anyone with write access can approve, but not the one who asked. Comment \`/approve P12\` or \`/reject P12 <reason>\`, or use the buttons of the [check run](https://github.com/acme/dotca/runs/9001). To withdraw it: \`/cancel P12\`.

      <sub>[check run](https://github.com/acme/dotca/runs/9001) · audit 123·ab12cd34</sub>"
    `);
  });

  test('while another promotion holds the environment', () => {
    const view = viewOf(
      { state: { kind: 'scheduled', cause: 'queue' }, reviews: [APPROVAL], findings: [] },
      { blockedBy: 11 },
    );
    expect(renderCard(view)).toMatchInlineSnapshot(`
      "<!-- imprimatur P12 -->
      ### ◔ P12 · \`staging-abc1234\` → \`production\` · Waits for P11 to finish

      | Image | \`acme/dotca\` |
      | :-- | :-- |
      | Digest | \`sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\` |
      | Commit | [\`abc1234\`](https://github.com/acme/dotca/commit/abc1234000000000000000000000000000000000) |
      | Requested | by \`maria\`, 2026-11-24 06:33 UTC |

      **Tags to be moved**

      - \`rollback-<time>-release\`: new, keeps \`sha256:aaaaaaaaaaaa…\`
      - \`main-staging-abc1234\`: new → \`sha256:bbbbbbbbbbbb…\`
      - \`main\`: \`sha256:aaaaaaaaaaaa…\` → \`sha256:bbbbbbbbbbbb…\`
      - \`latest\`: \`sha256:aaaaaaaaaaaa…\` → \`sha256:bbbbbbbbbbbb…\`

      **Reviews**

      - ✓ Approved by \`jo\`, 2026-11-24 06:40 UTC, with the button

      Nothing to do now. To withdraw it: \`/cancel P12\`.

      <sub>[check run](https://github.com/acme/dotca/runs/9001) · audit 123·ab12cd34</sub>"
    `);
  });

  test('while tags are moving', () => {
    const outcomes = MOVED.map((moved) => (moved.kind === 'floating' ? { ...moved, holds: moved.from } : moved));
    const view = viewOf(
      { state: { kind: 'applying', since: AT, undoing: null }, reviews: [APPROVAL], findings: [] },
      { outcomes },
    );
    expect(renderCard(view)).toMatchInlineSnapshot(`
      "<!-- imprimatur P12 -->
      ### ▶ P12 · \`staging-abc1234\` → \`production\` · Moves the tags

      | Image | \`acme/dotca\` |
      | :-- | :-- |
      | Digest | \`sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\` |
      | Commit | [\`abc1234\`](https://github.com/acme/dotca/commit/abc1234000000000000000000000000000000000) |
      | Requested | by \`maria\`, 2026-11-24 06:33 UTC |

      **Tags that are moving**

      - \`rollback-<time>-release\`: new, keeps \`sha256:aaaaaaaaaaaa…\` ✓
      - \`main-staging-abc1234\`: new → \`sha256:bbbbbbbbbbbb…\` ✓
      - \`main\`: \`sha256:aaaaaaaaaaaa…\` → \`sha256:bbbbbbbbbbbb…\`
      - \`latest\`: \`sha256:aaaaaaaaaaaa…\` → \`sha256:bbbbbbbbbbbb…\`

      **Reviews**

      - ✓ Approved by \`jo\`, 2026-11-24 06:40 UTC, with the button

      Nothing to do now; it is too late to cancel.

      <sub>[check run](https://github.com/acme/dotca/runs/9001) · audit 123·ab12cd34</sub>"
    `);
  });

  test('when it is promoted', () => {
    const state = { kind: 'promoted', at: AT + 8 * MINUTE_MS } as const;
    expect(renderCard(viewOf({ state, reviews: [APPROVAL] }, { outcomes: MOVED }))).toMatchInlineSnapshot(`
      "<!-- imprimatur P12 -->
      ### ✓ P12 · \`staging-abc1234\` → \`production\` · Promoted

      Since 2026-11-24 06:41 UTC. The line to deploy it with:

      \`\`\`
      DOCKER_IMAGE=ghcr.io/acme/dotca@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
      \`\`\`

      | Image | \`acme/dotca\` |
      | :-- | :-- |
      | Digest | \`sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\` |
      | Commit | [\`abc1234\`](https://github.com/acme/dotca/commit/abc1234000000000000000000000000000000000) |
      | Requested | by \`maria\`, 2026-11-24 06:33 UTC |

      **Tags moved**

      - \`rollback-20261124-064000-release\`: new, keeps \`sha256:aaaaaaaaaaaa…\`
      - \`main-staging-abc1234\`: new → \`sha256:bbbbbbbbbbbb…\`
      - \`main\`: \`sha256:aaaaaaaaaaaa…\` → \`sha256:bbbbbbbbbbbb…\`
      - \`latest\`: \`sha256:aaaaaaaaaaaa…\` → \`sha256:bbbbbbbbbbbb…\`

      **Findings**: all pass

      | Outcome | Rule | Platform | Seen | Wanted |
      | :-- | :-- | :-- | :-- | :-- |
      | ✓ pass | completeness | whole image | complete for linux/amd64, linux/arm64 | every manifest, config and layer of each platform is in the registry |
      | ✓ pass | size | linux/amd64 | 182 MB | 100 MB to 2 GB |
      | ✓ pass | size | linux/arm64 | 179 MB | 100 MB to 2 GB |
      | ✓ pass | layers | linux/amd64, linux/arm64 | 7 layers | at most 100 layers, and a history that agrees |
      | ✓ pass | command | linux/amd64, linux/arm64 | Entrypoint is set | Entrypoint or Cmd |

      **Reviews**

      - ✓ Approved by \`jo\`, 2026-11-24 06:40 UTC, with the button

      <sub>[check run](https://github.com/acme/dotca/runs/9001) · audit 123·ab12cd34</sub>"
    `);
  });

  test('when it failed and production is mixed', () => {
    const problem = 'PUT of tag latest on ghcr.io/acme/dotca was refused: HTTP 403 DENIED.';
    const tags = [
      outcome('main', { kind: 'floating', from: OLD, holds: NEW }),
      outcome('latest', { kind: 'floating', from: OLD, holds: OLD }),
    ];
    const failed = failure({ problem: failedWith(problem), production: 'mixed', tags });
    expect(renderCard(viewOf({ state: { kind: 'failed', failure: failed }, findings: [] }))).toMatchInlineSnapshot(`
      "<!-- imprimatur P12 -->
      ### ✗ P12 · \`staging-abc1234\` → \`production\` · Failed, production is mixed

      > [!CAUTION]
      > **Production is mixed**: its tags hold different images. Putting them back was refused too; that is tried again every hour, until it works or a newer promotion succeeds.

      PUT of tag latest on \`ghcr.io/acme/dotca\` was refused: HTTP 403 DENIED.

      | Image | \`acme/dotca\` |
      | :-- | :-- |
      | Digest | \`sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\` |
      | Commit | [\`abc1234\`](https://github.com/acme/dotca/commit/abc1234000000000000000000000000000000000) |
      | Requested | by \`maria\`, 2026-11-24 06:33 UTC |

      **Tags now**

      - \`main\` holds \`sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\`; before, it held \`sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\`
      - \`latest\` holds \`sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\`, as before

      To put all of its tags back: \`/rollback to sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa --reason "…"\`. To try again: \`/promote staging-abc1234\`.

      <sub>[check run](https://github.com/acme/dotca/runs/9001) · audit 123·ab12cd34</sub>"
    `);
  });

  test('when it failed because somebody else moved a tag meanwhile', () => {
    const tags = [
      outcome('main', { kind: 'floating', from: OLD, holds: NEW }),
      outcome('latest', { kind: 'floating', from: OLD, holds: FOREIGN }),
    ];
    const failed = failure({ problem: failedWith('Tag latest holds another digest.'), production: 'mixed', tags });
    const card = renderCard(viewOf({ state: { kind: 'failed', failure: failed } }));
    expect(card).toContain('Somebody else moved `latest` meanwhile, and what others moved is left alone.');
    expect(card).toContain(`- \`latest\` holds \`${FOREIGN}\`; before, it held \`${OLD}\``);
  });

  test('when it went back as far as it could, and another tag is somebody else’s now', () => {
    const tags = [
      outcome('main', { kind: 'floating', from: OLD, holds: OLD }),
      outcome('latest', { kind: 'floating', from: OLD, holds: FOREIGN }),
    ];
    const failed = failure({ problem: failedWith('Tag latest holds another digest.'), production: 'restored', tags });
    const card = renderCard(viewOf({ state: { kind: 'failed', failure: failed } }));
    expect(card).toContain('went back, but somebody else moved `latest` meanwhile: what others moved is left alone.');
    expect(card).not.toContain('Production is as it was');
  });

  test('when a first promotion stopped half-way: nothing is tried again, and the card does not say so', () => {
    const tags = [
      outcome('main', { kind: 'floating', from: null, holds: NEW }),
      outcome('latest', { kind: 'floating', from: null, holds: null }),
    ];
    const failed = failure({ problem: failedWith('The registry refused tag latest.'), production: 'mixed', tags });
    const card = renderCard(viewOf({ state: { kind: 'failed', failure: failed } }));
    expect(card).toContain("`main` did not exist before and can't be taken away again.");
    expect(card).not.toContain('every hour');
  });

  test('when an error of ours leaves it standing still', () => {
    const card = renderCard({ ...viewOf({ state: { kind: 'applying', since: AT, undoing: null } }), deadJob: 17 });
    expect(card).toContain('> **This stands still**: an error of Imprimatur');
    expect(card).toContain('`imprimatur jobs retry 17`');
  });

  test('while tags go back', () => {
    const card = renderCard(
      viewOf({ state: { kind: 'applying', since: AT, undoing: failedWith('HTTP 403 for tag latest.') } }),
    );
    expect(card).toContain('Moves the tags back\n\nHTTP 403 for tag latest.');
  });

  test('when a first promotion failed and its new tag stays', () => {
    const tags = [outcome('main', { kind: 'floating', from: null, holds: NEW })];
    const failed = failure({ problem: failedWith('The registry refused tag latest.'), production: 'restored', tags });
    expect(renderCard(viewOf({ state: { kind: 'failed', failure: failed }, findings: [] }))).toMatchInlineSnapshot(`
      "<!-- imprimatur P12 -->
      ### ✗ P12 · \`staging-abc1234\` → \`production\` · Failed, production restored

      The registry refused tag latest.

      Production is as it was: the tags that had been moved went back. But \`main\` did not exist before and can't be taken away again: look whether anything deploys from it.

      | Image | \`acme/dotca\` |
      | :-- | :-- |
      | Digest | \`sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\` |
      | Commit | [\`abc1234\`](https://github.com/acme/dotca/commit/abc1234000000000000000000000000000000000) |
      | Requested | by \`maria\`, 2026-11-24 06:33 UTC |

      **Tags now**

      - \`main\` holds \`sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\`; before, it did not exist

      To try again: \`/promote staging-abc1234\`.

      <sub>[check run](https://github.com/acme/dotca/runs/9001) · audit 123·ab12cd34</sub>"
    `);
  });

  test('when somebody declined it', () => {
    const state = { kind: 'rejected', by: JO, reason: 'not before the #42 migration' } as const;
    expect(renderCard(viewOf({ state, findings: [], reviews: [{ ...APPROVAL, verdict: 'reject' }] })))
      .toMatchInlineSnapshot(`
      "<!-- imprimatur P12 -->
      ### ✗ P12 · \`staging-abc1234\` → \`production\` · Declined by jo

      Reason: not before the \`#42\` migration

      | Image | \`acme/dotca\` |
      | :-- | :-- |
      | Digest | \`sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\` |
      | Commit | [\`abc1234\`](https://github.com/acme/dotca/commit/abc1234000000000000000000000000000000000) |
      | Requested | by \`maria\`, 2026-11-24 06:33 UTC |

      **Reviews**

      - ✗ Declined by \`jo\`, 2026-11-24 06:40 UTC, with the button

      Nothing was moved. To ask again: \`/promote staging-abc1234\`.

      <sub>[check run](https://github.com/acme/dotca/runs/9001) · audit 123·ab12cd34</sub>"
    `);
  });
});

test.each<[string, Partial<Promotion>, string]>([
  [
    'first examination',
    { state: { kind: 'examining', again: false } },
    '### ◌ P12 · `staging-abc1234` → `production` · Examines the image',
  ],
  [
    'cancelled',
    { state: { kind: 'cancelled', by: JO, because: 'person' } },
    '### ■ P12 · `staging-abc1234` → `production` · Cancelled by jo',
  ],
  [
    'superseded by a promotion',
    { state: { kind: 'superseded', by: { kind: 'promotion', number: 13 } } },
    '### ■ P12 · `staging-abc1234` → `production` · Superseded by P13',
  ],
  [
    'superseded by hand',
    { state: { kind: 'superseded', by: { kind: 'production' } } },
    '### ■ P12 · `staging-abc1234` → `production` · production holds this image already',
  ],
  [
    'expired',
    { state: { kind: 'expired' } },
    '### ■ P12 · `staging-abc1234` → `production` · Expired: nobody approved in time',
  ],
])('the title tells the state: %s', (_, promotion, title) => {
  expect(renderCard(viewOf(promotion)).split('\n').slice(0, 2)).toEqual(['<!-- imprimatur P12 -->', title]);
});

test.each([
  ['one of many', {}, 'some', 'Anyone with write access can approve, but not the one who asked.'],
  ['the asker too', { selfApproval: true }, 'none', 'Anyone with write access can approve, also the one who asked.'],
  ['two people', { required: 2 }, 'unknown', '2 people with write access must approve, but not the one who asked.'],
  ['another role', { role: 'maintain' }, 'some', 'Anyone with maintain access can approve, but not the one who asked.'],
  ['a listed user', { role: null, users: ['jo'] }, 'some', '`jo` can approve, but not the one who asked.'],
  [
    'listed users',
    { role: null, users: ['jo', 'kim', 'lee'] },
    'some',
    '`jo`, `kim` or `lee` can approve, but not the one who asked.',
  ],
  [
    'listed users or a role',
    { role: 'maintain', users: ['jo'] },
    'some',
    '`jo` or anyone with maintain access can approve, but not the one who asked.',
  ],
  [
    'two of those listed',
    { required: 2, role: null, users: ['jo', 'kim', 'lee'] },
    'some',
    '2 people (`jo`, `kim` or `lee`) must approve, but not the one who asked.',
  ],
  [
    'many listed users',
    { role: null, users: Array.from({ length: 12 }, (_, number) => `user-${number}`) },
    'some',
    '`user-9` or one of 2 others that the policy names can approve, but not the one who asked.',
  ],
  [
    'only the asker is listed',
    { role: null, users: ['maria'] },
    'none',
    'Nobody but `maria`, who asked, could approve. Add somebody to `approvals` in the policy file; then they can.',
  ],
  [
    'nobody',
    {},
    'none',
    'Nobody but `maria`, who asked, could approve. Invite somebody with write access to this repository; then they can.',
  ],
] as const)('who can approve: %s', (_, change, otherReviewers, sentence) => {
  const environment = { ...PRODUCTION, approvals: { ...PRODUCTION.approvals, ...change } };
  expect(renderCard(viewOf({ otherReviewers }, { environment }))).toContain(sentence);
});

test('of two approvals one is still missing', () => {
  const environment = { ...PRODUCTION, approvals: { ...PRODUCTION.approvals, required: 2 } };
  expect(renderCard(viewOf({ reviews: [APPROVAL] }, { environment }))).toContain(
    '1 more person with write access must approve',
  );
});

test('a first promotion shows new tags, and no rollback tag', () => {
  const moves = viewOf().promotion.moves.flatMap((move) =>
    move.kind === 'floating' ? [{ ...move, baseline: null }] : [],
  );
  expect(renderCard(viewOf({ moves }))).toContain(
    '- `main`: new → `sha256:bbbbbbbbbbbb…`\n- `latest`: new → `sha256:bbbbbbbbbbbb…`',
  );
});

test('a commit in a finding is short enough to keep the table in sight', () => {
  const commit = must(parseCommitSha('c'.repeat(40)));
  const seen = { code: 'on-branch', commit, branch: 'staging' } as const;
  const findings = [finding({ rule: 'revision', seen, wanted: {} })];
  expect(renderCard(viewOf({ findings }))).toContain(
    '| ✓ pass | revision | whole image | `cccccccccccc…`, on staging |',
  );
});

test('an image without a commit says that no tag keeps it', () => {
  const images = viewOf().promotion.images.map((image) => ({ ...image, commit: null, commitTag: null }));
  expect(renderCard(viewOf({ images }))).toContain(
    '| Commit | the image proves none, so no tag keeps it under its commit’s name |',
  );
});

describe('a rollback', () => {
  const rollback = { kind: 'rollback', source: { typed: 'P7', tag: null } } as const;
  const news = { at: AT, since: AT, url: null } as const;
  const mixed = {
    problem: failedWith('HTTP 403.'),
    undoRefused: null,
    production: 'mixed',
    tags: [
      outcome('rollback-20261124-064000-release', { kind: 'rollback', from: null, holds: OLD }),
      outcome('main', { kind: 'floating', from: OLD, holds: NEW }),
      outcome('latest', { kind: 'floating', from: OLD, holds: OLD }),
    ],
  } as const;

  test.each<[string, Partial<Promotion>, string]>([
    [
      'that is through says so',
      { state: { kind: 'promoted', at: AT } },
      '✓ P12 · rollback to `P7` → `production` · Rolled back',
    ],
    ['that is deployed says so', { state: { kind: 'deployed', ...news } }, '· Rolled back and deployed'],
    [
      'whose deployment failed goes further back',
      { state: { kind: 'deployment-failed', ...news } },
      'To go further back: `/rollback --reason "…"`.',
    ],
    [
      'that was declined is asked for again by its target',
      { state: { kind: 'expired' } },
      'To ask again: `/rollback to P7 --reason "…"`.',
    ],
    [
      'of another environment names it',
      { state: { kind: 'expired' }, environment: 'canary' },
      'To ask again: `/rollback canary to P7 --reason "…"`.',
    ],
    [
      'to a tag names the tag',
      { state: { kind: 'expired' }, source: { typed: 'main-staging-abc1234', tag: tagOf('main-staging-abc1234') } },
      'To ask again: `/rollback to main-staging-abc1234 --reason "…"`.',
    ],
    [
      'that the rules refuse shows where to look',
      { state: { kind: 'checks-failed' } },
      '`/status production` lists what else it held.',
    ],
    [
      'that failed can be tried again',
      { state: { kind: 'failed', failure: { ...mixed, production: 'untouched' } } },
      'To try again: `/rollback to P7 --reason "…"`.',
    ],
  ])('%s', (_, change, sentence) => {
    expect(renderCard(viewOf({ ...rollback, ...change }))).toContain(sentence);
  });

  test('without a commit says nothing of a kept tag: it writes none', () => {
    const images = viewOf().promotion.images.map((image) => ({ ...image, commit: null, commitTag: null }));
    const card = renderCard(viewOf({ ...rollback, images, state: { kind: 'promoted', at: AT } }));
    expect(card).toContain('| Commit | the image proves none |');
  });

  test('is what a promotion shows that left its production mixed: to the digest that was there before', () => {
    const card = renderCard(viewOf({ state: { kind: 'failed', failure: mixed } }));
    expect(card).toContain(
      `To put all of its tags back: \`/rollback to ${OLD} --reason "…"\`. To try again: \`/promote`,
    );
  });

  test.each(['untouched', 'restored'] as const)(
    'is not what one shows whose production is %s: it would leave a good image',
    (production) => {
      const card = renderCard(viewOf({ state: { kind: 'failed', failure: { ...mixed, production } } }));
      expect(card).not.toContain('/rollback');
    },
  );

  test('is what a promotion shows whose deployment failed', () => {
    const card = renderCard(viewOf({ state: { kind: 'deployment-failed', ...news } }));
    expect(card).toContain('To go back to what was there before: `/rollback --reason "…"`.');
  });
});

test('asking again names an environment that is not production', () => {
  const card = renderCard(viewOf({ environment: 'canary', state: { kind: 'expired' } }));
  expect(card).toContain('`/promote staging-abc1234 to canary`');
});

describe('a card stays within GitHub’s limit', () => {
  const flood = '@all <b>`|'.repeat(500);
  const findings = floodOfFindings(flood);
  const worst: Partial<Promotion> = {
    reason: flood,
    findings,
    reviews: Array.from({ length: 500 }, (_, id) => ({ ...APPROVAL, by: { id, login: 'x'.repeat(100) } })),
    moves: Array.from({ length: 500 }, () => must(viewOf().promotion.moves[2] ?? null)),
  };

  test.each<[string, Partial<Promotion>]>([
    ['waiting', worst],
    ['rejected', { ...worst, state: { kind: 'rejected', by: JO, reason: flood } }],
    [
      'failed',
      {
        ...worst,
        state: {
          kind: 'failed',
          failure: {
            problem: failedWith(flood),
            undoRefused: outside(flood),
            production: 'mixed',
            tags: Array.from({ length: 500 }, () => outcome('main', { kind: 'floating', from: OLD, holds: NEW })),
          },
        },
      },
    ],
    ['of the widest characters', { ...worst, reason: '𝕏'.repeat(5000), findings: floodOfFindings('𝕏'.repeat(5000)) }],
  ])('%s', (_, promotion) => {
    const card = renderCard(viewOf(promotion));
    expect(new TextEncoder().encode(card).length).toBeLessThanOrEqual(MAX_COMMENT_LENGTH);
    expect(card).toContain('left out to fit in here');
    expect(card).toMatch(/audit 123·ab12cd34<\/sub>$/);
  });
});

test('nobody is mentioned, whatever people wrote', () => {
  const card = renderCard(
    viewOf({ reason: '@maria @acme/ops', requester: { id: 1, login: 'maria' }, reviews: [APPROVAL] }),
  );
  expect(plainTexts(card).filter((text) => text.includes('@'))).toEqual([]);
});

function environmentPolicy(users: readonly string[]): Partial<PromotionView> {
  return { environment: { ...PRODUCTION, approvals: { required: 1, role: 'write', users, selfApproval: false } } };
}

describe('people whom the policy names are mentioned', () => {
  test.each<[string, readonly string[], Partial<Promotion>, readonly string[]]>([
    ['all of them', ['jo', 'kim_acme'], {}, ['@jo and @kim_acme, please have a look.']],
    ['but not who asked, however it is written', ['Maria', 'jo'], {}, ['@jo, please have a look.']],
    ['and nobody where only who asked is named', ['maria'], {}, []],
    ['whoever approved already', ['jo', 'kim'], { reviews: [APPROVAL] }, ['@jo and @kim, please have a look.']],
    ['not while there is nothing to approve', ['jo'], { state: { kind: 'examining', again: true } }, []],
    ['not when it has ended', ['jo'], { state: { kind: 'checks-failed' } }, []],
  ])('%s', (_name, users, promotion, expected) => {
    expect(renderCard(viewOf(promotion, environmentPolicy(users))).match(/@.*?please have a look\./g) ?? []).toEqual(
      expected,
    );
  });

  test('as many as GitHub tells of one comment', () => {
    const users = Array.from({ length: 100 }, (_, number) => `user-${number}`);
    const card = renderCard(viewOf({}, environmentPolicy(users)));
    expect(card.match(/@user-\d+/g)).toHaveLength(50);
    expect(card).toContain('@user-49 and 50 more, please have a look.');
  });

  test('on the card alone, not on the check run', () => {
    const { summary, text } = renderCheckRun(viewOf({}, environmentPolicy(['jo'])));
    expect(`${summary}${text}`).not.toContain('@jo');
  });
});
