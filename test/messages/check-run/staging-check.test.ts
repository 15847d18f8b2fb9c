// The check run of a staging commit, in every state, and with hostile text in it.
import { describe, expect, test } from 'vitest';
import { parseCommitSha } from '../../../src/domain/image/reference.ts';
import type { Finding } from '../../../src/domain/finding.ts';
import type { StagingNote, StagingState } from '../../../src/domain/promotion/staging-check.ts';
import { renderFindings } from '../../../src/messages/card/findings.ts';
import { MAX_OUTPUT_LENGTH } from '../../../src/messages/check-run/check-run.ts';
import {
  noteText,
  renderStagingCheck,
  type RenderedStagingCheck,
  type StagingCheckView,
} from '../../../src/messages/check-run/staging-check.ts';
import { renderRefusal } from '../../../src/messages/replies/refusals.ts';
import { withNamed } from '../rendered.ts';
import { AT, FINDINGS, finding, floodOfFindings, IMAGE, must, NEW, REPO, tagOf } from '../sample-view.ts';
import { badYaml, outside } from '../../domain/problem.ts';

const DETAIL = { findings: 200, reviews: 50, tags: 100, textLength: 500 };
const commit = must(parseCommitSha(`abc1234${'0'.repeat(33)}`));
const tags = [tagOf('staging-abc1234'), tagOf(`staging-${commit}`)];

type Shown = Exclude<StagingState, { kind: 'unseen' }>;
type Examined = Extract<StagingState, { kind: 'examined' }>;

function examined(change: Partial<Examined> = {}): Examined {
  return {
    kind: 'examined',
    examinedAt: 1,
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

function render(
  state: Shown,
  note: StagingNote | null = null,
  heldBy: StagingCheckView['heldBy'] = null,
): RenderedStagingCheck {
  const check = { repoId: 77, commit, checkRunId: null, state, since: AT, first: null, note: null };
  return renderStagingCheck({ check, state, note, heldBy, repo: REPO, githubUrl: 'https://github.com' });
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
  ['when the policy names no image', ended({ cause: 'policy-without-image' })],
  ['when the image can’t be read', ended({ cause: 'unreadable', problem: outside('it is an index in an index') })],
  ['when the policy can’t be read', ended({ cause: 'policy-unreadable', problems: [badYaml('no `x`')] })],
  ['when the image is not granted', ended({ cause: 'not-granted', image: IMAGE })],
])('it reads %s', (_name, state) => {
  test('besides the words of others', () => {
    const { title, summary, conclusion, actions } = render(state);
    const named = refusalOf(state) === null ? summary : withNamed(summary, { refusal: refusalOf(state) ?? '' });
    expect({
      title,
      summary: named,
      conclusion,
      actions: actions.map(({ identifier }) => identifier),
    }).toMatchSnapshot();
  });
});

/** The refusal that stands for the whole summary; null in all other states. */
function refusalOf(state: Shown): string | null {
  if (state.kind !== 'ended') return null;
  const { why } = state;
  if (why.cause === 'policy-unreadable') return renderRefusal({ code: 'policy-unreadable', problems: why.problems });
  return why.cause === 'not-granted'
    ? renderRefusal({ code: 'image-not-granted', image: why.image, repo: REPO })
    : null;
}

test('the text is the findings, or that there are none', () => {
  expect(render(examined()).text).toBe(renderFindings(FINDINGS, DETAIL));
  expect(render({ kind: 'waiting', image: IMAGE, tags }).text).toMatchSnapshot();
});

test('rules are counted in the title, not platforms', () => {
  const several = examined({ findings: [FAILS, { ...FAILS, platform: 'linux/arm64' }, other('fail')] });
  expect(render(several).title).toMatchSnapshot('fail');
  expect(render(examined({ findings: [WARNS, other('warn')] })).title).toMatchSnapshot('warn');
});

function other(outcome: 'fail' | 'warn'): Finding {
  return finding({ rule: 'revision', outcome, seen: { code: 'label-missing' }, wanted: {} });
}

test('the answer to a click comes first, quoted', () => {
  const note = { kind: 'requested', by: 'bob', number: 3, environment: 'production' } as const;
  const { summary } = render(examined(), note);
  expect(summary).toBe(`> ${noteText(note)}\n\n${render(examined()).summary}`);
  expect(noteText(note)).toMatchSnapshot();
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

test('a refused click is answered with the refusal, to the person who clicked', () => {
  const refusal = { code: 'own-request', promotion: 12 } as const;
  expect(noteText({ kind: 'refused', by: 'bob', refusal })).toBe(`\`bob\`: ${renderRefusal(refusal)}`);
});

test('once it is in production, it shows since when and by which promotion, and has no button', () => {
  const { title, conclusion, actions, summary } = render(examined(), null, {
    environment: 'production',
    promotion: 8,
    at: AT,
  });
  expect({ title, conclusion, actions }).toMatchSnapshot();
  expect(summary).not.toContain('/promote');
});

test('the button fits GitHub’s limits', () => {
  expect(render(examined()).actions).toMatchSnapshot();
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
