// The words about deployments: GitHub's line about ours, how it goes, what is wrong, and the line to who asked.
import { describe, expect, test } from 'vitest';
import type { Promotion, PromotionState } from '../../src/domain/promotion/promotion.ts';
import { parseCommitSha } from '../../src/domain/image/reference.ts';
import { nextSteps } from '../../src/messages/card/next-steps.ts';
import { stateTitle } from '../../src/messages/card/state.ts';
import {
  deploymentDescription,
  deploymentNews,
  deploymentNoticeText,
  replacedText,
} from '../../src/messages/deployment.ts';
import { renderNotification } from '../../src/messages/notify.ts';
import { withNamed } from './rendered.ts';
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
  test('shows the image, the environment and the requester', () => {
    expect(described()).toMatchSnapshot('promotion');
    expect(described({ kind: 'rollback', source: { typed: 'P9', tag: null } })).toMatchSnapshot('rollback');
  });

  test('fits GitHub’s limit, whatever the names', () => {
    const long = described({ environment: 'e'.repeat(200) });
    expect(long).toHaveLength(140);
    expect(long).toMatch(/…$/);
  });
});

test.each([news('deploying'), news('deployed', URL), news('deployment-failed')])('the news of %j', (state) => {
  expect(deploymentNews(viewOf({ state }).promotion)).toMatchSnapshot();
});

test('what the environment held when it was reported, where that was a later promotion', () => {
  const view = viewOf({ state: news('deployment-failed') });
  expect(replacedText(view)).toBe('');
  expect(replacedText({ ...view, replacedBy: 15 })).toMatchSnapshot();
});

test('there is no result before the first report', () => {
  expect(deploymentNews(viewOf({ state: { kind: 'promoted', at: AT } }).promotion)).toBe('');
});

describe('the warning', () => {
  const { promotion, githubUrl } = viewOf();

  test('of what others deployed', () => {
    const notice = { kind: 'other-deployment', environment: 'Prod |', commit: COMMIT, by: '@eve', at: AT } as const;
    expect(deploymentNoticeText(notice, promotion, githubUrl)).toMatchSnapshot();
  });

  test('of a deployment that GitHub refused, on one line', () => {
    const problem = outside('creating a deployment: HTTP 403 no.\n\n# Not @ours.');
    const text = deploymentNoticeText({ kind: 'no-deployment', problem, at: AT }, promotion, githubUrl);
    expect(text).toMatchSnapshot();
    expect(text.split('\n')).toHaveLength(2);
  });
});

test('the line for the requester links the log and shows the rollback', () => {
  const view = viewOf({ state: news('deployment-failed', URL) });
  const body = renderNotification({ view, key: 'P12 deployment failed 1' });
  const named = withNamed(body, { title: stateTitle(view), steps: nextSteps(view, 'card') });
  expect(named.split('\n\n')[1]).toMatchSnapshot();
  expect(body).toContain(`](${URL})`);
});
