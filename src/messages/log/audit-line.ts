// Prints and parses the audit head: on GitHub it is an anchor outside our database.
import { formatHead, type AuditHead } from '../../domain/audit/audit.ts';

/** `audit 123·ab12cd34`. */
export function auditLine(head: AuditHead | null): string {
  return head === null ? 'audit: no entry yet' : `audit ${formatHead(head)}`;
}

/** The Markdown of a card or check run without the head in its footer. */
export function withoutAuditLine(markdown: string): string {
  return markdown.replace(/\baudit (?:\d{1,15}·[0-9a-f]{8}|: no entry yet)<\/sub>$/, '');
}

/** An anchor: the beginning of a row's hash, as a card or check run shows it. */
export type PrintedHead = { readonly seq: number; readonly hashStart: string };

/**
 * The head that the footer of a card or check run prints, or null. People's text is escaped and never begins a line with
 * a tag, so nobody can put a head there by what they ask for.
 */
export function readAuditLine(markdown: string): PrintedHead | null {
  const footer = markdown.split('\n').findLast((line) => line.startsWith('<sub>')) ?? '';
  const [, seq, hashStart] = /\baudit (\d{1,15})·([0-9a-f]{8})<\/sub>$/.exec(footer.trimEnd()) ?? [];
  return seq === undefined || hashStart === undefined ? null : { seq: Number(seq), hashStart };
}
