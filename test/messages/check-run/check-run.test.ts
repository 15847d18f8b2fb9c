// The check run per state: GitHub's status, conclusion, title and buttons; its texts and their limits.
import { describe, expect, test } from 'vitest';
import type { Promotion, PromotionState } from '../../../src/domain/promotion/promotion.ts';
import { MAX_OUTPUT_LENGTH, renderCheckRun } from '../../../src/messages/check-run/check-run.ts';
import {
  AT,
  finding,
  FINDINGS,
  floodOfFindings,
  outcome,
  NEW,
  OLD,
  sizeFinding,
  UNREAD,
  viewOf,
} from '../sample-view.ts';
import { badYaml, failedWith, failure } from '../../domain/problem.ts';

const JO = { id: 2, login: 'jo' };
const FAILURE = failure({ production: 'mixed' });

test.each<[PromotionState, string, string | null, string]>([
  [{ kind: 'examining', again: false }, 'in_progress', null, 'Examines the image'],
  [{ kind: 'examining', again: true }, 'completed', 'action_required', 'Examines the image again'],
  [{ kind: 'awaiting-approval' }, 'completed', 'action_required', 'Waits for approval'],
  [{ kind: 'scheduled', cause: 'queue' }, 'completed', 'action_required', 'Waits for P11 to finish'],
  [{ kind: 'applying', since: AT, undoing: null }, 'completed', 'action_required', 'Moves the tags'],
  [{ kind: 'applying', since: AT, undoing: FAILURE.problem }, 'completed', 'action_required', 'Moves the tags back'],
  [{ kind: 'promoted', at: AT }, 'completed', 'success', 'Promoted'],
  [{ kind: 'deploying', at: AT, since: AT, url: null }, 'completed', 'success', 'Promoted, being deployed'],
  [{ kind: 'deployed', at: AT, since: AT, url: null }, 'completed', 'success', 'Promoted and deployed'],
  [
    { kind: 'deployment-failed', at: AT, since: AT, url: null },
    'completed',
    'failure',
    'Promoted, but the deployment failed',
  ],
  [
    { kind: 'cancelled', by: null, because: 'repository-gone' },
    'completed',
    'cancelled',
    'Cancelled: the repository left the App',
  ],
  [{ kind: 'checks-failed' }, 'completed', 'failure', 'Refused: 2 rules fail'],
  [{ kind: 'rejected', by: JO, reason: null }, 'completed', 'failure', 'Declined by jo'],
  [{ kind: 'failed', failure: FAILURE }, 'completed', 'failure', 'Failed, production is mixed'],
  [{ kind: 'cancelled', by: JO, because: 'person' }, 'completed', 'cancelled', 'Cancelled by jo'],
  [{ kind: 'superseded', by: { kind: 'promotion', number: 13 } }, 'completed', 'neutral', 'Superseded by P13'],
  [{ kind: 'superseded', by: { kind: 'production' } }, 'completed', 'neutral', 'production holds this image already'],
  [{ kind: 'expired' }, 'completed', 'timed_out', 'Expired: nobody approved in time'],
])('in state %j it is %s, %s: %s', (state, status, conclusion, title) => {
  const findings = [
    sizeFinding('linux/amd64', 3e9, 'fail'),
    sizeFinding('linux/arm64', 3e9, 'fail'),
    finding({ rule: 'revision', outcome: 'unknown', seen: UNREAD, wanted: {} }),
  ];
  const run = renderCheckRun(viewOf({ state, findings }, { blockedBy: 11 }));
  expect(run).toMatchObject({ name: 'imprimatur / production', status, conclusion, title });
  expect(run.actions.map(({ identifier }) => identifier)).toEqual(
    state.kind === 'awaiting-approval' ? ['approve', 'reject'] : [],
  );
});

test('the buttons keep to GitHub’s limits', () => {
  const { actions } = renderCheckRun(viewOf());
  expect(actions).toHaveLength(2);
  for (const { label, description, identifier } of actions) {
    expect(label.length).toBeLessThanOrEqual(20);
    expect(description.length).toBeLessThanOrEqual(40);
    expect(identifier.length).toBeLessThanOrEqual(20);
  }
});

test('without a holder known, it waits for its turn, or for what it does wait for', () => {
  const state = { kind: 'scheduled', cause: 'queue' } as const;
  expect(renderCheckRun(viewOf({ state })).title).toBe('Waits for its turn');
  const broken = renderCheckRun(viewOf({ state, policyProblems: [badYaml('@all', 3)] }));
  expect(broken.title).toBe('Waits for a policy file that can be read');
  expect(broken.summary).toContain('> - line 3, column 1: this is not YAML: `@all`');
});

test('the says says what it is, who can approve and how', () => {
  expect(renderCheckRun(viewOf()).summary).toMatchInlineSnapshot(`
    "**● P12 · \`staging-abc1234\` → \`production\` · Waits for approval**

    | Image | \`acme/dotca\` |
    | :-- | :-- |
    | Digest | \`sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\` |
    | Commit | [\`abc1234\`](https://github.com/acme/dotca/commit/abc1234000000000000000000000000000000000) |
    | Requested | by \`maria\`, 2026-11-24 06:33 UTC |

    Anyone with write access can approve, but not the one who asked. Use the buttons above, or comment \`/approve P12\` or \`/reject P12 <reason>\` in its thread. To withdraw it: \`/cancel P12\`.

    <sub>[card](https://github.com/acme/dotca/issues/3#issuecomment-1) · audit 123·ab12cd34</sub>"
  `);
});

test('without a thread, any will do', () => {
  expect(renderCheckRun(viewOf({ thread: null })).summary).toContain(
    'Use the buttons above, or comment `/approve P12` or `/reject P12 <reason>` on any issue or pull request.',
  );
});

test('the text holds tags, findings and reviews', () => {
  expect(renderCheckRun(viewOf({ findings: FINDINGS.slice(0, 1) })).text).toMatchInlineSnapshot(`
    "**Tags to be moved**

    - \`rollback-<time>-release\`: new, keeps \`sha256:aaaaaaaaaaaa…\`
    - \`main-staging-abc1234\`: new → \`sha256:bbbbbbbbbbbb…\`
    - \`main\`: \`sha256:aaaaaaaaaaaa…\` → \`sha256:bbbbbbbbbbbb…\`
    - \`latest\`: \`sha256:aaaaaaaaaaaa…\` → \`sha256:bbbbbbbbbbbb…\`

    **Findings**: all pass

    | Outcome | Rule | Platform | Seen | Wanted |
    | :-- | :-- | :-- | :-- | :-- |
    | ✓ pass | completeness | whole image | complete for linux/amd64, linux/arm64 | every manifest, config and layer of each platform is in the registry |"
  `);
});

describe('summary and text stay within GitHub’s limit', () => {
  const flood = '@all <b>`|𝕏'.repeat(500);
  const findings = floodOfFindings(flood);
  const tags = Array.from({ length: 500 }, () => outcome('main', { kind: 'floating', from: OLD, holds: NEW }));

  test.each<[string, Partial<Promotion>]>([
    ['of a request with a flood of text', { reason: flood, findings }],
    [
      'of a failure with a flood of tags',
      { state: { kind: 'failed', failure: failure({ problem: failedWith(flood), production: 'mixed', tags }) } },
    ],
  ])('%s', (_, promotion) => {
    const { summary, text } = renderCheckRun(viewOf(promotion));
    expect(new TextEncoder().encode(summary).length).toBeLessThanOrEqual(MAX_OUTPUT_LENGTH);
    expect(new TextEncoder().encode(text).length).toBeLessThanOrEqual(MAX_OUTPUT_LENGTH);
  });
});
