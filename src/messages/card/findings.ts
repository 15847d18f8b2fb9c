// The findings as a table: what each rule saw and wanted, the same finding on several platforms in one row.
import { isBlocking, type Finding } from '../../domain/finding.ts';
import type { Outcome } from '../../domain/rule.ts';
import type { Detail } from './detail.ts';
import { escapeText } from '../escape.ts';
import { findingTexts, type FindingTexts } from '../finding-words.ts';
import { plural } from '../format.ts';
import { renderTable } from '../table.ts';

/** A heading with the counts, then the table; empty before the first examination. What blocks comes first. */
export function renderFindings(findings: readonly Finding[], detail: Detail): string {
  if (findings.length === 0) return '';
  const rows = findingRows(findings);
  const shown = rows.slice(0, detail.findings);
  const cells = shown.map(({ words, rule, platforms, seen, wanted }) => [
    words,
    rule,
    platforms.length === 0 ? 'whole image' : escapeText(platforms.join(', '), { maxLength: detail.textLength }),
    escapeText(seen, { maxLength: detail.textLength }),
    escapeText(wanted, { maxLength: detail.textLength }),
  ]);
  const leftOut = rows.length - shown.length;
  return [
    `**Findings**: ${findingsSummary(findings)}`,
    ...(shown.length > 0 ? [renderTable(['Outcome', 'Rule', 'Platform', 'Seen', 'Wanted'], cells)] : []),
    ...(leftOut > 0
      ? [`${plural(leftOut, 'more row')} left out to fit in here; the audit trail has all of them.`]
      : []),
  ].join('\n\n');
}

/** The same finding on several platforms; texts are short enough to read, and not escaped. */
export type FindingRow = Row & {
  /** `✗ fail`. */
  readonly words: string;
};

/** What blocks comes first. */
export function findingRows(findings: readonly Finding[]): readonly FindingRow[] {
  return fold(findings)
    .toSorted((a, b) => severity(a) - severity(b))
    .map((row) => ({
      ...row,
      words: `${OUTCOME_WORDS[row.outcome]}${row.overridden === true ? ', overridden by force' : ''}`,
      seen: shortenHex(row.seen),
      wanted: shortenHex(row.wanted),
    }));
}

const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  fail: '✗ fail',
  unknown: '? unknown',
  warn: '! warn',
  pass: '✓ pass',
};

const SEVERITY: Readonly<Record<Outcome, number>> = { fail: 0, unknown: 1, warn: 4, pass: 5 };

/** What force overrides comes after what still keeps the image out, and before what never did. */
function severity({ outcome, overridden }: Pick<Finding, 'outcome' | 'overridden'>): number {
  return SEVERITY[outcome] + (overridden === true ? 2 : 0);
}

type Row = Pick<Finding, 'rule' | 'outcome' | 'overridden'> &
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

/** `all pass`, or what does not: half a sentence. */
export function findingsSummary(findings: readonly Finding[]): string {
  const blocking = findings.filter(isBlocking).length;
  const warnings = findings.filter(({ outcome }) => outcome === 'warn').length;
  const overridden = findings.filter((finding) => finding.overridden === true).length;
  if (blocking > 0) return `${blocking} of ${findings.length} ${blocking === 1 ? 'keeps' : 'keep'} the image out`;
  if (overridden > 0)
    return `${overridden} of ${findings.length} ${overridden === 1 ? 'is' : 'are'} overridden by force`;
  return warnings > 0 ? `nothing keeps the image out, ${plural(warnings, 'warning')}` : 'all pass';
}

/** Commits and digests in full would push the last column out of sight; the audit trail has them in full. */
function shortenHex(text: string): string {
  return text.replace(/\b([0-9a-f]{12})[0-9a-f]{28,}\b/g, '$1…');
}
