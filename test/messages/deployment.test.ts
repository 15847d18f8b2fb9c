// The words about deployments: GitHub's line about ours, how it goes, what is wrong, and the line to who asked.
import { describe, expect, test } from 'vitest';
import type { Promotion, PromotionState } from '../../src/domain/promotion/promotion.ts';
import { parseCommitSha } from '../../src/domain/image/reference.ts';
import { renderCard } from '../../src/messages/card/card.ts';
import { renderCheckRun } from '../../src/messages/check-run/check-run.ts';
import { deploymentDescription } from '../../src/messages/deployment.ts';
import { renderNotification } from '../../src/messages/notify.ts';
import { AT, must, viewOf } from './sample-view.ts';
import { outside } from '../domain/problem.ts';

const URL = 'https://ci.example.com/runs/7';
const COMMIT = must(parseCommitSha(`fedcba9${'0'.repeat(33)}`));

function news(kind: 'deploying' | 'deployed' | 'deployment-failed', url: string | null = null): PromotionState {
  return { kind, at: AT, since: AT + 60_000, url };
}

function described(change: Partial<Promotion> = {}): string {
  return deploymentDescription(viewOf(change).promotion);
}

describe('the description', () => {
  test('tells what goes where and who asked', () => {
    expect(described()).toBe('P12: staging-abc1234 to production, asked for by maria');
    expect(described({ kind: 'rollback', source: { typed: 'P9', tag: null } })).toBe(
      'P12: production back to P9, asked for by maria',
    );
  });

  test('fits what GitHub takes, whatever the names', () => {
    const long = described({ environment: 'e'.repeat(200) });
    expect(long).toHaveLength(140);
    expect(long).toMatch(/…$/);
  });
});

describe('the card', () => {
  test.each([
    [news('deploying'), 'Since 2026-11-24 06:33 UTC. Being deployed since 2026-11-24 06:34 UTC. The line to deploy it'],
    [news('deployed', URL), `Deployed 2026-11-24 06:34 UTC ([more from its deployer](${URL})). The line to deploy it`],
    [news('deployment-failed'), 'The deployment failed 2026-11-24 06:34 UTC. The line to deploy it'],
    [{ kind: 'promoted', at: AT } as const, 'Since 2026-11-24 06:33 UTC. The line to deploy it'],
  ])('of %j says how it goes', (state, message) => {
    expect(renderCard(viewOf({ state }))).toContain(message);
  });

  test('and the check run warn of what others deployed', () => {
    const notice = { kind: 'other-deployment', environment: 'Prod |', commit: COMMIT, by: '@eve', at: AT } as const;
    const view = viewOf({ state: news('deployed'), notice });
    const message = [
      '> [!WARNING]',
      `> Somebody deployed [\`fedcba9\`](https://github.com/acme/dotca/commit/${COMMIT}) to \`Prod ¦\`, which is not what its tags hold: \`@eve\`, 2026-11-24 06:33 UTC.`,
    ].join('\n');
    expect(renderCard(view)).toContain(message);
    expect(renderCheckRun(view).summary).toContain(message);
  });

  test('tells why GitHub made no deployment, on one line', () => {
    const problem = outside('creating a deployment: HTTP 403 no.\n\n# Not @ours.');
    const card = renderCard(
      viewOf({ state: { kind: 'promoted', at: AT }, notice: { kind: 'no-deployment', problem, at: AT } }),
    );
    expect(card).toMatch(
      /^> GitHub made no deployment: creating a deployment: HTTP 403 no\. .* The tags stand; deploy by hand\.$/m,
    );
    expect(card).not.toMatch(/^# /m);
  });
});

test('the line to who asked shows where to look and the way back', () => {
  const body = renderNotification({
    view: viewOf({ state: news('deployment-failed', URL) }),
    key: 'P12 deployment failed 1',
  });
  expect(body.split('\n\n')[1]).toBe(
    `@maria [P12](https://github.com/acme/dotca/issues/3#issuecomment-1), \`staging-abc1234\` → \`production\`: Promoted, but the deployment failed. [Its deployer tells more](${URL}). To go back to what was there before: \`/rollback --reason "…"\`.`,
  );
});
