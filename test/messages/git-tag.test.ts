// What is told of a pushed git tag that names nothing yet: why, and the line to type.
import { expect, test } from 'vitest';
import type { GitTagAnswer, NotInProduction } from '../../src/domain/promotion/git-tag.ts';
import { parseCommitSha } from '../../src/domain/image/reference.ts';
import { renderGitTagAnswer } from '../../src/messages/git-tag.ts';
import { renderRefusal } from '../../src/messages/replies/refusals.ts';
import { githubWouldLink, plainTexts } from './rendered.ts';
import { must, NEW, OLD, tagOf } from './sample-view.ts';

const V1 = tagOf('v1.2.3');
const commit = must(parseCommitSha('abc1234'.padEnd(40, '0')));

function absent(why: NotInProduction, source: string | null = null, environment = 'production'): GitTagAnswer {
  return { kind: 'not-in-production', environment, why, source: source === null ? null : tagOf(source) };
}

const ANSWERS: readonly (readonly [string, GitTagAnswer])[] = [
  ['named already', { kind: 'named-already', environment: 'production', digest: NEW }],
  ['off the branch', absent({ cause: 'not-on-branch', branch: 'main' })],
  ['nothing there', absent({ cause: 'nothing-held', tags: [tagOf('main'), tagOf('latest')] })],
  ['nothing there, one tag', absent({ cause: 'nothing-held', tags: [tagOf('eu')] }, null, 'eu')],
  ['mixed', absent({ cause: 'mixed', tags: [tagOf('main'), tagOf('latest')] })],
  ['no commit', absent({ cause: 'no-commit', digest: NEW })],
  ['other files, and the image is there', absent({ cause: 'other-files', commit, digest: NEW }, 'staging-def5678')],
];

test.each(ANSWERS)('%s', (_name, answer) => {
  const rendered = renderGitTagAnswer(answer, V1);
  expect(rendered).toMatchSnapshot();
  expect(rendered.title).not.toMatch(/[`*<>]/);
  expect(
    plainTexts(rendered.summary)
      .map(githubWouldLink)
      .filter((found) => found !== null),
  ).toEqual([]);
});

test('a refusal has its own words', () => {
  const refusal = { code: 'version-taken', tag: V1, holds: OLD, wanted: NEW } as const;
  const { summary, ...rest } = renderGitTagAnswer({ kind: 'refused', refusal }, V1);
  expect(summary).toBe(renderRefusal(refusal));
  expect(rest).toMatchSnapshot();
});

test('names from a policy file can’t break out', () => {
  const branch = '`@acme/all` <img src=x> [x](https://evil.example)\n# big';
  const { summary } = renderGitTagAnswer(absent({ cause: 'not-on-branch', branch }), V1);
  expect(plainTexts(summary).filter((plain) => /[@<]|evil/.test(plain))).toEqual([]);
});
