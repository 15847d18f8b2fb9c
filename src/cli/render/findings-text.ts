// The findings on a terminal: the words of the check run, one row per rule, and what was wanted where it is not there.
import { isBlocking, type Finding } from '../../domain/finding.ts';
import { plainText } from '../../messages/escape.ts';
import { findingRows, findingsSummary, type FindingRow } from '../../messages/card/findings.ts';
import { layOut } from './columns.ts';
import type { Style, Terminal } from '../services.ts';

/** A heading with the counts, then the rows. */
export function renderFindingsText(findings: readonly Finding[], { width, style }: Terminal): string {
  if (findings.length === 0) return 'Findings: no rule has anything to look at\n';
  const rows = findingRows(findings).map((row) => [
    colourOf(row, style)(row.words),
    row.rule,
    row.platforms.length === 0 ? ['whole image'] : row.platforms.map(textOf),
    row.outcome === 'pass' ? [textOf(row.seen)] : [textOf(row.seen), `wanted: ${textOf(row.wanted)}`],
  ]);
  const lines = layOut([['OUTCOME', 'RULE', 'PLATFORM', 'SEEN'], ...rows], width);
  return `${style.bold('Findings')}: ${findingsSummary(findings)}\n\n${lines.join('\n')}\n`;
}

function colourOf(row: FindingRow, { red, yellow, green }: Style): (text: string) => string {
  if (isBlocking(row)) return red;
  return row.outcome === 'pass' ? green : yellow;
}

function textOf(text: string): string {
  return plainText(text, { maxLength: 500 });
}
