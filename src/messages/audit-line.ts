// The audit head as it is printed: GitHub then holds an anchor that is outside of our database.
import { formatHead, type AuditHead } from '../domain/audit.ts';

/** `audit 123·ab12cd34`. */
export function auditLine(head: AuditHead | null): string {
  return head === null ? 'audit: no entry yet' : `audit ${formatHead(head)}`;
}
