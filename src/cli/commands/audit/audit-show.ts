// `audit show`: the audit rows of one promotion or one image.
import { z } from 'zod';
import type { AuditRow } from '../../../domain/audit/audit.ts';
import { finding } from '../../../domain/finding.ts';
import { formatNumber } from '../../../domain/promotion/promotion.ts';
import { parseDigest, type Digest } from '../../../domain/image/reference.ts';
import { plainText } from '../../../messages/escape.ts';
import { findingTexts } from '../../../messages/finding-words.ts';
import { formatTime } from '../../../messages/format.ts';
import { listAudit } from '../../../store/audit.ts';
import type { Store } from '../../../store/database/database.ts';
import { listAuditedRepos, repoFlag, type AuditedRepo } from '../../database/audited-repos.ts';
import { wrapText } from '../../render/columns.ts';
import { jsonFlag, type CliCommand } from '../../command.ts';
import { formatJson } from '../../render/json.ts';
import type { Terminal } from '../../services.ts';
import { Entry, PAGE } from './audit-entry.ts';

export const auditShow: CliCommand = {
  name: 'audit show',
  summary: 'Print the audit rows of a promotion or an image.',
  args: [
    {
      name: '<digest|P12>',
      summary: 'a digest (sha256:…) or a promotion such as P12',
      isValid: (text) => readSubject(text) !== null,
    },
  ],
  flags: { repo: repoFlag, json: jsonFlag },
  example: 'imprimatur audit show P12 --repo acme/dotca',
  run: async ({ args, flags, switches }, services) => {
    const { out, err, terminal } = services;
    const subject = readSubject(args[0] ?? '');
    if (subject === null) throw new Error('the argument was not checked');
    const store = await services.store();
    const found: MatchingRow[] = [];
    for (const repo of await listAuditedRepos(store, flags['repo'])) {
      found.push(...(await findRows(store, { repo, subject })));
    }
    if (switches.has('json')) await out.write(formatJson({ rows: found.map(rowJson) }));
    if (found.length === 0) {
      await err.write(`imprimatur audit show: no audit rows for ${args[0] ?? ''}\n`);
      return 1;
    }
    if (switches.has('json')) return 0;
    const sections = [...Map.groupBy(found, ({ repo }) => repo.name)].map(
      ([name, rows]) => `${terminal.style.bold(name)}\n\n${rows.map((row) => renderRow(row, terminal)).join('')}`,
    );
    await out.write(sections.join('\n'));
    return 0;
  },
};

type Subject =
  { readonly kind: 'promotion'; readonly number: number } | { readonly kind: 'digest'; readonly digest: Digest };

type MatchingRow = { readonly repo: AuditedRepo; readonly row: AuditRow; readonly entry: Entry | null };

const NO_PROMOTION = 0;

/** For a digest: every row that names it, and every row of the promotions that were requested for it. */
async function findRows(
  { db }: Store,
  { repo, subject }: { readonly repo: AuditedRepo; readonly subject: Subject },
): Promise<readonly MatchingRow[]> {
  const all: MatchingRow[] = [];
  const promotions = new Set<number>(subject.kind === 'promotion' ? [subject.number] : []);
  const named = new Set<number>();
  for (let afterSeq = 0; ;) {
    const page = await listAudit(db, { repoId: repo.id, afterSeq, limit: PAGE });
    for (const row of page) {
      const entry = Entry.safeParse(parseJson(row.entry)).data ?? null;
      if (subject.kind === 'digest' && row.entry.includes(subject.digest)) {
        named.add(row.seq);
        if (entry?.kind === 'requested' && entry.promotion !== null && isOf(entry, subject.digest)) {
          promotions.add(entry.promotion);
        }
      }
      all.push({ repo, row, entry });
    }
    const last = page.at(-1);
    if (last === undefined) break;
    afterSeq = last.seq;
  }
  return all.filter(({ row, entry }) => named.has(row.seq) || promotions.has(entry?.promotion ?? NO_PROMOTION));
}

function isOf({ details }: Entry, digest: Digest): boolean {
  const images = z.array(z.string()).safeParse(details['images']).data ?? [];
  return images.some((image) => image.endsWith(`@${digest}`));
}

/** `12  2026-11-24 09:00 UTC  P3  reviewed by bob`, and its details below. */
function renderRow({ row, entry }: MatchingRow, { width, style }: Terminal): string {
  if (entry === null) return `${row.seq}  unreadable: ${plain(row.entry)}\n`;
  const { at, promotion, kind, actor, details } = entry;
  const what = style.bold(`${plain(kind)}${actor === null ? '' : ` by ${plain(actor.login)}`}`);
  const about = promotion === null ? [] : [formatNumber(promotion)];
  const title = [String(row.seq), formatTime(at), ...about, what].join('  ');
  const lines = Object.entries(details).flatMap(([name, value]) => detailLines(plain(name), value));
  return [title, ...lines.flatMap((line) => wrapText(`${INDENT}${line}`, width))].map((line) => `${line}\n`).join('');
}

const INDENT = '     ';
const MAX_VALUE_LENGTH = 600;

/** Leaves out values without information: null, false, an empty list, a passed outcome. */
function detailLines(name: string, value: unknown): readonly string[] {
  if (value === null || value === false) return [];
  if (!Array.isArray(value)) return [`${name}: ${textOf(value)}`];
  const items = value.map(itemText).filter((text) => text !== null);
  if (items.length === 0) return [];
  if (value.every((item) => typeof item === 'string')) return [`${name}: ${items.join(', ')}`];
  return [`${name}:`, ...items.map((item) => `  ${item}`)];
}

const TagMoved = z.object({ tag: z.string(), from: z.string().nullable(), to: z.string().nullable() });
const TagHeld = z.object({ tag: z.string(), from: z.string().nullable(), holds: z.string().nullable() });

function itemText(item: unknown): string | null {
  const moved = TagMoved.safeParse(item).data;
  const held = TagHeld.safeParse(item).data;
  if (moved !== undefined) return `${plain(moved.tag)}: ${short(moved.from)} → ${short(moved.to)}`;
  if (held !== undefined) return `${plain(held.tag)}: ${short(held.from)} → ${short(held.holds)}`;
  const found = finding.safeParse(item).data;
  if (found === undefined) return textOf(item);
  if (found.outcome === 'pass') return null;
  const platform = found.platform === null ? '' : ` (${plain(found.platform)})`;
  return `${found.outcome} ${found.rule}${platform}: ${textOf(findingTexts(found).seen)}`;
}

function textOf(value: unknown): string {
  return plainText(typeof value === 'string' ? value : JSON.stringify(value), { maxLength: MAX_VALUE_LENGTH });
}

function short(digest: string | null): string {
  return digest === null ? 'nothing' : plain(digest.replace(/^(sha\d+:[0-9a-f]{12})[0-9a-f]+$/, '$1…'));
}

/** A stable shape, like that of `audit export`. */
function rowJson({ repo, row, entry }: MatchingRow): object {
  const { seq, previousHash, hash } = row;
  return { repo: repo.name, repoId: repo.id, seq, previousHash, hash, entry: entry ?? row.entry };
}

function readSubject(text: string): Subject | null {
  const digest = parseDigest(text);
  if (digest !== null) return { kind: 'digest', digest };
  const number = /^[Pp]([1-9]\d{0,14})$/.exec(text)?.[1];
  return number === undefined ? null : { kind: 'promotion', number: Number(number) };
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}

function plain(text: string): string {
  return plainText(text, { maxLength: 300 });
}
