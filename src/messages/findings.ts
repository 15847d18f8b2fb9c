// The findings as a table: what each rule saw and wanted, the same finding on several platforms in one row.
import { isBlocking, type Finding, type Outcome } from '../domain/rule.ts';
import type { Detail } from './detail.ts';
import { escapeText } from './escape.ts';
import { plural } from './format.ts';
import { renderTable } from './table.ts';

/** A heading with the counts, then the table; empty before the first examination. What blocks comes first. */
export function renderFindings(findings: readonly Finding[], detail: Detail): string {
  if (findings.length === 0) return '';
  const rows = fold(findings).toSorted((a, b) => SEVERITY[a.outcome] - SEVERITY[b.outcome]);
  const shown = rows.slice(0, detail.findings);
  const cells = shown.map(({ rule, platforms, outcome, seen, wanted }) => [
    OUTCOME_WORDS[outcome],
    rule,
    platforms.length === 0 ? 'whole image' : escapeText(platforms.join(', '), { maxLength: detail.textLength }),
    escapeText(shortenHex(seen), { maxLength: detail.textLength }),
    escapeText(shortenHex(wanted), { maxLength: detail.textLength }),
  ]);
  const leftOut = rows.length - shown.length;
  return [
    `**Findings**: ${summary(findings)}`,
    ...(shown.length > 0 ? [renderTable(['Outcome', 'Rule', 'Platform', 'Seen', 'Wanted'], cells)] : []),
    ...(leftOut > 0
      ? [`${plural(leftOut, 'more row')} left out to fit in here; the audit trail has all of them.`]
      : []),
  ].join('\n\n');
}

const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  fail: '✗ fail',
  unknown: '? unknown',
  warn: '! warn',
  pass: '✓ pass',
};

const SEVERITY: Readonly<Record<Outcome, number>> = { fail: 0, unknown: 1, warn: 2, pass: 3 };

type Row = Omit<Finding, 'platform'> & { readonly platforms: readonly string[] };

function fold(findings: readonly Finding[]): readonly Row[] {
  const groups = Map.groupBy(findings, ({ rule, outcome, seen, wanted }) =>
    JSON.stringify([rule, outcome, seen, wanted]),
  );
  return [...groups.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const platforms = same.map(({ platform }) => platform).filter((platform) => platform !== null);
    return [{ rule: first.rule, outcome: first.outcome, seen: first.seen, wanted: first.wanted, platforms }];
  });
}

function summary(findings: readonly Finding[]): string {
  const blocking = findings.filter(isBlocking).length;
  const warnings = findings.filter(({ outcome }) => outcome === 'warn').length;
  if (blocking > 0) return `${blocking} of ${findings.length} ${blocking === 1 ? 'keeps' : 'keep'} the image out`;
  return warnings > 0 ? `nothing keeps the image out, ${plural(warnings, 'warning')}` : 'all pass';
}

/** Commits and digests in full would push the last column out of sight; the audit trail has them in full. */
function shortenHex(text: string): string {
  return text.replace(/\b([0-9a-f]{12})[0-9a-f]{28,}\b/g, '$1…');
}
