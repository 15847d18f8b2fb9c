// Renders findings for a terminal: the words of the check run, one row per result, and the wanted value if it failed.
import { isBlocking, type Finding } from '../../domain/finding.ts';
import { plainText } from '../../messages/escape.ts';
import { findingRows, findingsSummary, type FindingRow } from '../../messages/card/findings.ts';
import { layOut } from './columns.ts';
import type { Style, Terminal } from '../services.ts';

/** A heading with the counts, then the rows. */
export function renderFindingsText(findings: readonly Finding[], { width, style }: Terminal): string {
  if (findings.length === 0) return 'Checks: none to run\n';
  const rows = findingRows(findings).map((row) => [
    colourOf(row, style)(row.words),
    row.rule,
    row.platforms.length === 0 ? ['whole image'] : row.platforms.map(textOf),
    [textOf(row.seen), ...(row.outcome === 'pass' ? [] : [`needed: ${textOf(row.wanted)}`, ...readyOf(row)])],
  ]);
  const lines = layOut([['RESULT', 'CHECK', 'PLATFORM', 'FOUND'], ...rows], width);
  return `${style.bold('Checks')}: ${findingsSummary(findings)}\n\n${lines.join('\n')}\n`;
}

function readyOf({ ready }: FindingRow): readonly string[] {
  return ready === null ? [] : [`${textOf(ready.what)}: ${textOf(ready.line)}`];
}

function colourOf(row: FindingRow, { red, yellow, green }: Style): (text: string) => string {
  if (isBlocking(row)) return red;
  return row.outcome === 'pass' ? green : yellow;
}

function textOf(text: string): string {
  return plainText(text, { maxLength: 500 });
}
