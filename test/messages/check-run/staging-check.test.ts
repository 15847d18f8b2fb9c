// The check run of a staging commit, in every state, and with hostile text in it.
import { describe, expect, test } from 'vitest';
import { parseCommitSha } from '../../../src/domain/image/reference.ts';
import type { Finding } from '../../../src/domain/finding.ts';
import type { StagingNote, StagingState } from '../../../src/domain/promotion/staging-check.ts';
import { MAX_OUTPUT_LENGTH } from '../../../src/messages/check-run/check-run.ts';
import {
  noteText,
  renderStagingCheck,
  type RenderedStagingCheck,
} from '../../../src/messages/check-run/staging-check.ts';
import { AT, FINDINGS, finding, floodOfFindings, IMAGE, must, NEW, REPO, tagOf } from '../sample-view.ts';
import { badYaml, outside } from '../../domain/problem.ts';

const commit = must(parseCommitSha(`abc1234${'0'.repeat(33)}`));
const tags = [tagOf('staging-abc1234'), tagOf(`staging-${commit}`)];

type Shown = Exclude<StagingState, { kind: 'unseen' }>;
type Examined = Extract<StagingState, { kind: 'examined' }>;

function examined(change: Partial<Examined> = {}): Examined {
  return {
    kind: 'examined',
    image: IMAGE,
    tag: tagOf('staging-abc1234'),
    digest: NEW,
    platforms: ['linux/amd64', 'linux/arm64'],
    findings: FINDINGS,
    environments: ['production', 'canary'],
    defaultEnvironment: 'production',
    ...change,
  };
}

function render(state: Shown, note: StagingNote | null = null): RenderedStagingCheck {
  const check = { repoId: 77, commit, checkRunId: null, state, since: AT, note: null };
  return renderStagingCheck({ check, state, note, repo: REPO, githubUrl: 'https://github.com' });
}

function ended(why: Extract<StagingState, { kind: 'ended' }>['why']): Shown {
  return { kind: 'ended', why };
}

const about = { platform: 'linux/amd64', seen: { code: 'not-set' }, wanted: {} } as const;
const FAILS: Finding = finding({ rule: 'command', outcome: 'fail', ...about });
const WARNS: Finding = finding({ rule: 'healthcheck', outcome: 'warn', ...about });

describe.each<[string, Shown]>([
  ['while it waits', { kind: 'waiting', image: IMAGE, tags }],
  ['when all is well', examined()],
  ['when a rule warns', examined({ findings: [...FINDINGS, WARNS] })],
  ['when a rule fails', examined({ findings: [...FINDINGS, FAILS, WARNS] })],
  ['when another environment is the default', examined({ environments: ['live'], defaultEnvironment: 'live' })],
  ['when none is the default', examined({ environments: ['blue', 'green'], defaultEnvironment: null })],
  ['when no image came', ended({ cause: 'no-image', image: IMAGE, tags })],
  [
    'when there is no access',
    ended({ cause: 'no-access', image: IMAGE, problem: outside('GET manifest: HTTP 403 DENIED.') }),
  ],
  ['when the image can’t be read', ended({ cause: 'unreadable', problem: outside('it is an index in an index') })],
  ['when the policy can’t be read', ended({ cause: 'policy-unreadable', problems: [badYaml('no `x`')] })],
  ['when the image is not granted', ended({ cause: 'not-granted', image: IMAGE })],
])('it reads %s', (_name, state) => {
  test('in full', () => {
    expect(render(state)).toMatchSnapshot();
  });
});

test('the answer to a click stands above all, quoted', () => {
  const note = { kind: 'requested', by: 'bob', number: 3, environment: 'production' } as const;
  expect(render(examined(), note).summary).toMatch(/^> `bob` asked for it: P3\. .*\n\n\| Image/);
  const refused = render(examined(), {
    kind: 'refused',
    by: 'bob',
    refusal: { code: 'policy-unreadable', problems: [badYaml('one'), badYaml('two', 2)] },
  });
  const [quote = ''] = refused.summary.split('\n\n');
  expect(quote.split('\n').filter((line) => !line.startsWith('>'))).toEqual([]);
});

function bytes(part: string): number {
  return new TextEncoder().encode(part).length;
}

test('the button fits GitHub’s limits', () => {
  for (const { label, description, identifier } of render(examined()).actions) {
    expect(label.length).toBeLessThanOrEqual(20);
    expect(description.length).toBeLessThanOrEqual(40);
    expect(identifier.length).toBeLessThanOrEqual(20);
  }
});

describe('summary and text stay within GitHub’s limit', () => {
  const flood = '@all <b>`|𝕏'.repeat(500);
  const findings = floodOfFindings(flood);
  const problems = Array.from({ length: 500 }, () => badYaml(flood));
  const note = { kind: 'refused', by: flood, refusal: { code: 'policy-unreadable', problems } } as const;

  test.each<[string, Shown]>([
    ['with a flood of findings', examined({ findings, platforms: [flood] })],
    [
      'with a flood of environments',
      examined({ environments: Array.from({ length: 500 }, () => 'x'.repeat(255)), defaultEnvironment: null }),
    ],
    ['with a flood of problems', ended({ cause: 'policy-unreadable', problems })],
    ['with a flood for a problem', ended({ cause: 'unreadable', problem: outside(flood) })],
  ])('%s', (_name, state) => {
    const { summary, text } = render(state, note);
    expect(bytes(summary)).toBeLessThanOrEqual(MAX_OUTPUT_LENGTH);
    expect(bytes(text)).toBeLessThanOrEqual(MAX_OUTPUT_LENGTH);
    expect(noteText(note).length).toBeLessThan(5100);
  });
});
