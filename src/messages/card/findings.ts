// The findings as a list: failures and warnings are open, with the value wanted; passed checks are folded.
import { isBlocking, type Finding } from '../../domain/finding.ts';
import type { Outcome } from '../../domain/rule.ts';
import type { Detail } from './detail.ts';
import { code, escapeText } from '../escape.ts';
import { findingTexts, type FindingTexts } from '../finding-words.ts';
import type { Ready } from '../findings/words.ts';
import { plural } from '../format.ts';

/** A heading with the counts, then the lists; empty before the first examination. What blocks comes first. */
export function renderFindings(findings: readonly Finding[], detail: Detail): string {
  if (findings.length === 0) return '';
  const { passed } = countChecks(findings);
  const all = findingRows(findings);
  const rows = all.slice(0, detail.findings);
  const open = rows.filter(({ isPassed }) => !isPassed).map((row) => lineOf(row, detail));
  const folded = rows.filter(({ isPassed }) => isPassed).map((row) => lineOf(row, detail));
  const leftOut = all.length - rows.length;
  const summary = findingsSummary(findings);
  const folds = (title: string): readonly string[] =>
    folded.length === 0 ? [] : [`<details><summary>${title}</summary>`, folded.join('\n'), '</details>'];
  const lists =
    open.length === 0 && folded.length > 0
      ? folds(`<b>Checks</b>: ${summary}`)
      : [
          `**Checks**: ${summary}`,
          ...(open.length > 0 ? [open.join('\n')] : []),
          ...folds(`${plural(passed, 'check')} passed`),
        ];
  return [
    ...lists,
    ...(leftOut > 0 ? [`${plural(leftOut, 'more result')} left out to fit in here; the audit trail has all.`] : []),
  ].join('\n\n');
}

/** `- ✗ **size** failed (linux/arm64): 2.5 GB`, and on a line of its own what was needed. */
function lineOf(row: FindingRow, { textLength }: Detail): string {
  const { rule, outcome, overridden, platforms, seen, wanted, ready } = row;
  const { symbol, verb } = OUTCOME_WORDS[outcome];
  const where = platforms.length === 0 ? '' : ` (${escapeText(platforms.join(', '), { maxLength: textLength })})`;
  const found = escapeText(seen, { maxLength: textLength });
  if (outcome === 'pass') return `- ${symbol} **${rule}**${where}: ${found}`;
  const what = `${verb}${overridden === true ? ', overridden' : ''}`;
  const needed = `Needed: ${escapeText(wanted, { maxLength: textLength })}`;
  const lines = [found, needed, ...(ready === null ? [] : [readyLine(ready)])];
  return `- ${symbol} **${rule}** ${what}${where}: ${lines.join('<br>')}`;
}

function readyLine({ what, line }: Ready): string {
  return `${escapeText(what, { maxLength: 100 })}: ${code(line)}`;
}

/** The same finding on several platforms; texts are short enough to read, and not escaped. */
export type FindingRow = Row & {
  /** `✗ failed`. */
  readonly words: string;
  /** Its check passed, on all platforms. */
  readonly isPassed: boolean;
};

/** What blocks comes first. */
export function findingRows(findings: readonly Finding[]): readonly FindingRow[] {
  const checks = checksOf(findings);
  return fold(findings)
    .toSorted((a, b) => severity(a) - severity(b))
    .map((row) => {
      const { symbol, verb } = OUTCOME_WORDS[row.outcome];
      return {
        ...row,
        words: `${symbol} ${verb}${row.overridden === true ? ', overridden' : ''}`,
        isPassed: checks.get(keyOf(row)) === 'passed',
        seen: shortenHex(row.seen),
        wanted: shortenHex(row.wanted),
      };
    });
}

const OUTCOME_WORDS: Readonly<Record<Outcome, { readonly symbol: string; readonly verb: string }>> = {
  fail: { symbol: '✗', verb: 'failed' },
  unknown: { symbol: '?', verb: 'unknown' },
  warn: { symbol: '⚠', verb: 'warning' },
  pass: { symbol: '✓', verb: 'passed' },
};

const SEVERITY: Readonly<Record<Outcome, number>> = { fail: 0, unknown: 1, warn: 4, pass: 5 };

/** What force overrides comes after what still blocks, and before what never did. */
function severity({ outcome, overridden }: Pick<Finding, 'outcome' | 'overridden'>): number {
  return SEVERITY[outcome] + (overridden === true ? 2 : 0);
}

type Row = Pick<Finding, 'image' | 'rule' | 'outcome' | 'overridden'> &
  FindingTexts & {
    /** None: the whole image. */
    readonly platforms: readonly string[];
  };

function fold(findings: readonly Finding[]): readonly Row[] {
  const told = findings.map((finding) => ({ finding, texts: findingTexts(finding) }));
  const groups = Map.groupBy(told, ({ finding: { image, rule, outcome, overridden }, texts }) =>
    JSON.stringify([image, rule, outcome, overridden, texts]),
  );
  return [...groups.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const platforms = same.map(({ finding }) => finding.platform).filter((platform) => platform !== null);
    return [{ ...first.finding, ...first.texts, platforms }];
  });
}

type CheckResult = 'failed' | 'overridden' | 'warned' | 'passed';

/** How many checks there are of each result. A check is one rule on one image, as its worst platform has it. */
export function countChecks(findings: readonly Finding[]): Readonly<Record<CheckResult | 'all', number>> {
  const results = [...checksOf(findings).values()];
  const count = (result: CheckResult): number => results.filter((one) => one === result).length;
  return {
    all: results.length,
    failed: count('failed'),
    overridden: count('overridden'),
    warned: count('warned'),
    passed: count('passed'),
  };
}

function checksOf(findings: readonly Finding[]): ReadonlyMap<string, CheckResult> {
  const groups = Map.groupBy(findings, keyOf);
  return new Map([...groups].map(([key, same]) => [key, resultOf(same)]));
}

function keyOf({ image, rule }: Pick<Finding, 'image' | 'rule'>): string {
  return JSON.stringify([image, rule]);
}

function resultOf(findings: readonly Finding[]): CheckResult {
  if (findings.some(isBlocking)) return 'failed';
  if (findings.some(({ overridden }) => overridden === true)) return 'overridden';
  return findings.some(({ outcome }) => outcome === 'warn') ? 'warned' : 'passed';
}

/** `1 check failed`, `2 checks failed`. */
export function failedChecks(findings: readonly Finding[]): string {
  return `${plural(countChecks(findings).failed, 'check')} failed`;
}

/** `1 check failed, 2 warnings`, `Passed with 1 warning` or `17 of 17 checks passed`. */
export function findingsSummary(findings: readonly Finding[]): string {
  const { all, failed, overridden, warned, passed } = countChecks(findings);
  const warnings = plural(warned, 'warning');
  if (failed === 0 && overridden === 0) {
    return warned > 0 ? `Passed with ${warnings}` : `${passed} of ${all} checks passed`;
  }
  const worst = failed > 0 ? failedChecks(findings) : `${plural(overridden, 'failed check')} overridden`;
  return warned > 0 ? `${worst}, ${warnings}` : worst;
}

/** Commits and digests in full would make the lines too long; the audit trail has them in full. */
function shortenHex(text: string): string {
  return text.replace(/\b([0-9a-f]{12})[0-9a-f]{28,}\b/g, '$1…');
}
