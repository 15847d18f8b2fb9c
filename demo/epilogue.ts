// What there is to see at the end: the tags before and after, the card, the audit trail, and that GitHub was content.
import { z } from 'zod';
import { findCard, type Promoted } from './acts/promote.ts';
import { runCli } from './app-process.ts';
import type { Stage } from './stage.ts';
import { renderMarkdown } from './terminal/markdown.ts';
import type { Printer } from './terminal/printer.ts';
import { faint, plain, type Line } from './terminal/spans.ts';
import { layoutTable } from './terminal/table.ts';

export function showTags({ before, after }: Promoted, printer: Printer): void {
  printer.heading('The tags in the registry');
  const names = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  const rows = names.map((name): readonly Line[] => {
    const [was, is] = [before.get(name), after.get(name)];
    const change = was === is ? '' : was === undefined ? 'new' : 'moved';
    return [[plain(name)], [short(was)], [short(is)], [{ text: change, style: 'good' }]];
  });
  printer.lines(layoutTable([headOf(['Tag', 'Before', 'After', '']), ...rows], printer.width));
}

export function showCard(stage: Stage, { issue }: Promoted, printer: Printer): void {
  printer.heading(`The card in issue #${issue}, as people see it`);
  const body = findCard(stage, issue)?.body ?? '';
  printer.lines(renderMarkdown(body, printer.width - 2).map((line) => [faint('│ '), ...line]));
}

/** The trail as the command line exports it, and whether it is whole: also against the head that the card shows. */
export async function showAudit(stage: Stage, { issue }: Promoted, printer: Printer): Promise<void> {
  printer.heading('The audit trail');
  const env = { DATABASE_URL: stage.env['DATABASE_URL'] ?? '' };
  const rows = await printer.step('Export: imprimatur audit export --format jsonl', async () => {
    const { code, stdout, stderr } = await runCli(['audit', 'export', '--format', 'jsonl'], env);
    if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`);
    return stdout.trim().split('\n').map(parseRow);
  });
  await printer.step('No row was changed, removed or moved: imprimatur audit verify', async (note) => {
    const { code, stdout, stderr } = await runCli(['audit', 'verify'], env);
    if (code !== 0) throw new Error(`exit code ${code}: ${stdout}${stderr}`);
    note(stdout.trim());
  });
  await printer.step('The card on GitHub shows the same last hash', async (note) => {
    const [, seq, hash] = /audit (\d+)·([0-9a-f]{8})/.exec(findCard(stage, issue)?.body ?? '') ?? [];
    const row = rows.find((candidate) => String(candidate.seq) === seq);
    if (hash === undefined || row?.hash.startsWith(hash) !== true) throw new Error(`the card says ${seq}·${hash}`);
    note(`audit ${seq}·${hash}`);
  });
  const table = rows.map(({ seq, hash, entry }): readonly Line[] => [
    [plain(String(seq))],
    [plain(new Date(entry.at).toISOString().slice(11, 23))],
    [plain(entry.kind)],
    [plain(entry.actor?.login ?? '(the app)')],
    [plain(summaryOf(entry.details))],
    [faint(hash.slice(0, 8))],
  ]);
  printer.lines([
    [],
    ...layoutTable([headOf(['#', 'Time', 'What', 'Who', 'Details', 'Hash']), ...table], printer.width),
  ]);
}

export async function checkManners(stage: Stage, printer: Printer): Promise<void> {
  await printer.step('Every request of the App is valid for the API of GitHub', async (note) => {
    await stage.github.settle();
    const [first, ...rest] = stage.github.violations;
    if (first !== undefined) throw new Error(`${first} (and ${rest.length} more)`);
    note(`${stage.github.requests.length} requests, checked against GitHub's API description and limits`);
  });
}

export async function stopApp(stage: Stage, printer: Printer): Promise<void> {
  await printer.step('On SIGTERM, the App finishes its work and exits with 0', async () => {
    const code = await stage.app.stop();
    if (code !== 0) throw new Error(`it exited with ${code}`);
  });
}

const Entry = z.looseObject({
  at: z.number(),
  kind: z.string(),
  actor: z.looseObject({ login: z.string() }).nullable(),
  details: z.record(z.string(), z.unknown()),
});
const Row = z.looseObject({
  seq: z.number(),
  hash: z.string(),
  entry: Entry,
});

function parseRow(line: string): z.infer<typeof Row> {
  return Row.parse(JSON.parse(line));
}

/** The short values; of lists, how many there are. */
function summaryOf(details: Readonly<Record<string, unknown>>): string {
  return Object.entries(details)
    .flatMap(([key, value]) => {
      if (Array.isArray(value)) return value.length === 0 ? [] : [`${key} ${value.length}`];
      if (typeof value !== 'string' || value === '') return [];
      return [`${key} ${/^[0-9a-f]{40,}$/.test(value) ? `${value.slice(0, 8)}…` : value}`];
    })
    .join(' · ');
}

function headOf(titles: readonly string[]): readonly Line[] {
  return titles.map((text) => [{ text, style: 'strong' }]);
}

function short(digest: string | undefined): Line[number] {
  return digest === undefined ? faint('–') : { text: `${digest.slice(0, 'sha256:'.length + 12)}…`, style: 'code' };
}
