// The findings as a list: counted, what blocks first, one line for the same on several platforms.
import { expect, test } from 'vitest';
import { parseCommitSha } from '../../../src/domain/image/reference.ts';
import type { Finding } from '../../../src/domain/finding.ts';
import { countChecks, findingRows, findingsSummary, renderFindings } from '../../../src/messages/card/findings.ts';
import { escapeText } from '../../../src/messages/escape.ts';
import { findingTexts } from '../../../src/messages/finding-words.ts';
import { finding, FINDINGS, must, sizeFinding, UNREAD } from '../sample-view.ts';

const DETAIL = { findings: 200, reviews: 50, tags: 100, textLength: 500 };
const FAILS = sizeFinding('linux/amd64', 3e9, 'fail');
const WARNS = sizeFinding('linux/arm64', 3e6, 'warn');
const UNKNOWN = finding({ rule: 'revision', outcome: 'unknown', seen: UNREAD, wanted: {} });
const SOURCE = 'https://github.com/acme/dotca';
const forced = <Of extends Finding>(one: Of): Of => ({ ...one, overridden: true });

test.each<[string, readonly Finding[]]>([
  ['all pass', FINDINGS],
  ['one warns', [...FINDINGS, WARNS]],
  ['two warn', [WARNS, WARNS]],
  ['one blocks', [...FINDINGS, FAILS, WARNS]],
  ['two block', [FAILS, UNKNOWN]],
  ['one is overridden', [...FINDINGS, forced(FAILS)]],
  ['two are overridden', [forced(FAILS), forced(UNKNOWN)]],
  ['what still blocks counts before what is overridden', [forced(FAILS), UNKNOWN]],
])('a summary: %s', (_, findings) => {
  expect(findingsSummary(findings)).toMatchSnapshot();
});

test('each outcome has its words, overridden or not; what blocks comes first, what is overridden next', () => {
  const pass = must(FINDINGS[0] ?? null);
  const rows = findingRows([pass, WARNS, forced(UNKNOWN), forced(FAILS), UNKNOWN, FAILS]);
  expect(rows.map(({ outcome, overridden }) => [outcome, overridden === true])).toEqual([
    ['fail', false],
    ['unknown', false],
    ['fail', true],
    ['unknown', true],
    ['warn', false],
    ['pass', false],
  ]);
  expect(rows.map(({ words }) => words).join('\n')).toMatchSnapshot();
});

test('the same on several platforms is one row, and a whole image has none', () => {
  expect(findingRows(FINDINGS).map(({ rule, platforms }) => [rule, ...platforms])).toEqual([
    ['completeness'],
    ['size', 'linux/amd64'],
    ['size', 'linux/arm64'],
    ['layers', 'linux/amd64', 'linux/arm64'],
    ['command', 'linux/amd64', 'linux/arm64'],
  ]);
});

test('of two platforms only the overridden one is marked', () => {
  const rows = findingRows([forced(FAILS), sizeFinding('linux/arm64', 3e9, 'fail')]);
  expect(rows.map(({ platforms, overridden }) => [...platforms, overridden])).toEqual([
    ['linux/arm64', undefined],
    ['linux/amd64', true],
  ]);
});

test('failures and warnings are open with the wanted value; passed checks are folded', () => {
  const pass = sizeFinding('linux/arm64', 1e8, 'pass');
  const only = must(FINDINGS[0] ?? null);
  const text = renderFindings([only, FAILS, pass], DETAIL);
  const [open = '', folded = ''] = text.split('<details>');
  expect(open).toContain(`**Checks**: ${findingsSummary([only, FAILS])}`);
  const { seen, wanted } = findingTexts(FAILS);
  for (const words of [seen, wanted]) expect(open).toContain(escapeText(words, { maxLength: 500 }));
  expect(folded).toContain(findingTexts(only).seen);
  expect(folded).not.toContain(findingTexts(only).wanted);
  expect(text).toMatchSnapshot();
  expect(renderFindings([], DETAIL)).toBe('');
});

test.each([
  ['one check that fails on two platforms', [FAILS, { ...FAILS, platform: 'linux/arm64' }], { failed: 1, all: 1 }],
  ['a check that passes on one platform only', [FAILS, sizeFinding('linux/arm64', 1e8, 'pass')], { failed: 1, all: 1 }],
  ['a warning', [WARNS], { warned: 1, all: 1 }],
  ['an overridden one', [forced(FAILS)], { overridden: 1, failed: 0 }],
  ['what is unknown', [UNKNOWN], { failed: 1 }],
])('checks are counted, not platforms: %s', (_name, findings, counts) => {
  expect(countChecks(findings)).toMatchObject(counts);
});

function copiesIn(text: string): readonly string[] {
  return text.match(/(?<=`)LABEL [^`]+(?=`)/g) ?? [];
}

test('the line that fixes it can be copied in one piece', () => {
  const missing = finding({
    rule: 'source',
    outcome: 'fail',
    seen: { code: 'label-missing' },
    wanted: { source: SOURCE },
  });
  const other = finding({
    rule: 'source',
    outcome: 'fail',
    seen: { code: 'label', label: 'https://evil.io/x' },
    wanted: { source: SOURCE },
  });
  const text = renderFindings([missing], DETAIL);
  const line = `LABEL org.opencontainers.image.source="${SOURCE}"`;
  expect(copiesIn(text)).toEqual([line]);
  expect(copiesIn(renderFindings([other], DETAIL))).toEqual([line]);
  expect(renderFindings([{ ...other, outcome: 'pass' }], DETAIL)).not.toContain('LABEL ');
});

test('findings that do not fit are counted', () => {
  expect(
    renderFindings(FINDINGS, { ...DETAIL, findings: 0 })
      .split('\n\n')
      .at(-1),
  ).toMatchSnapshot();
});

test('a commit in a finding is short enough to keep the table in sight', () => {
  const commit = must(parseCommitSha('c'.repeat(40)));
  const [row] = findingRows([
    finding({ rule: 'revision', seen: { code: 'on-branch', commit, branch: 'staging' }, wanted: {} }),
  ]);
  expect(row?.seen).toContain('cccccccccccc…');
  expect(row?.seen).not.toContain('c'.repeat(13));
});
