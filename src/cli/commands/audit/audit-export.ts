// `audit export`: every row of the audit trail as a line of JSON or of CSV, in order, as stored.
import type { AuditRow } from '../../../domain/audit/audit.ts';
import { listAudit } from '../../../store/audit.ts';
import { listAuditedRepos, repoFlag, type AuditedRepo } from '../../database/audited-repos.ts';
import type { CliCommand } from '../../command.ts';
import { Entry, PAGE } from './audit-entry.ts';

export const auditExport: CliCommand = {
  name: 'audit export',
  summary: 'Print the audit trail, one row per line.',
  flags: {
    format: { value: 'jsonl|csv', choices: ['jsonl', 'csv'], summary: 'output format (default: jsonl)' },
    repo: repoFlag,
  },
  example: 'imprimatur audit export --format csv > audit.csv',
  run: async ({ flags }, { store: openStore, out }) => {
    const store = await openStore();
    const repos = await listAuditedRepos(store, flags['repo']);
    const renderRow = flags['format'] === 'csv' ? renderCsv : renderJson;
    if (renderRow === renderCsv) await out.write(csvLine(CSV_COLUMNS));
    for (const repo of repos) {
      let afterSeq = 0;
      while (!out.isClosed()) {
        const rows = await listAudit(store.db, { repoId: repo.id, afterSeq, limit: PAGE });
        const last = rows.at(-1);
        if (last === undefined) break;
        await out.write(rows.map((row) => renderRow(repo, row)).join(''));
        afterSeq = last.seq;
      }
    }
    return 0;
  },
};

const CSV_COLUMNS = ['repo', 'repo_id', 'seq', 'at', 'kind', 'promotion', 'actor', 'details', 'previous_hash', 'hash'];

function renderJson(repo: AuditedRepo, row: AuditRow): string {
  const { seq, previousHash, hash, entry } = row;
  return `${JSON.stringify({ repo: repo.name, repoId: repo.id, seq, previousHash, hash, entry: parseJson(entry) })}\n`;
}

/** A row that was tampered with may hold anything. `details` shows it unchanged. */
function renderCsv(repo: AuditedRepo, row: AuditRow): string {
  const { success, data: entry } = Entry.safeParse(parseJson(row.entry));
  const middle = success
    ? [
        new Date(entry.at).toISOString(),
        entry.kind,
        entry.promotion === null ? '' : `P${entry.promotion}`,
        entry.actor?.login ?? '',
        JSON.stringify(entry.details),
      ]
    : ['', '', '', '', row.entry];
  return csvLine([repo.name, String(repo.id), String(row.seq), ...middle, row.previousHash, row.hash]);
}

/** RFC 4180. */
function csvLine(fields: readonly string[]): string {
  const quoted = fields.map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field));
  return `${quoted.join(',')}\r\n`;
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}
