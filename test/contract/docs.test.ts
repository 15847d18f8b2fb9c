// What the documentation says is true: commands parse, links resolve, variables, scripts and metrics exist, SQL runs.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import MarkdownIt from 'markdown-it';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { COMMANDS as CLI_COMMANDS } from '../../src/cli/commands.ts';
import { parseCall } from '../../src/cli/command.ts';
import { VARIABLES } from '../../src/config/env.ts';
import { SECRETS } from '../../src/config/secret-files.ts';
import { readPromotionFile, type PromotionFileReading } from '../../src/config/promotion-file.ts';
import { COMMANDS, parseCommandLine, type ParsedLine } from '../../src/domain/command.ts';
import { RULES } from '../../src/domain/rules/catalogue.ts';
import { openStore } from '../../src/store/database/database.ts';
import { migrate } from '../../src/store/database/migrations.ts';
import { createMetrics } from '../../src/net/metrics.ts';
import { WEBHOOK_PATH } from '../../src/web/server.ts';
import { SETUP_PATH } from '../../src/web/setup/setup.ts';
import { parseRepoName } from '../../src/domain/image/reference.ts';
import { must } from '../messages/sample-view.ts';

type Span = { readonly page: string; readonly section: string; readonly code: string };
type Fence = { readonly page: string; readonly language: string; readonly code: string };

const PAGES: readonly string[] = [
  ...readdirSync(new URL('../../', import.meta.url)).filter((name) => name.endsWith('.md')),
  ...['docs', 'docs/examples'].flatMap((folder) =>
    readdirSync(new URL(`../../${folder}/`, import.meta.url))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`),
  ),
];
const markdown = new MarkdownIt({ html: true });

function readText(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

/** What stands below a heading of the second or third level, up to the next one. */
function sectionOf(page: string, title: string): string {
  return new RegExp(String.raw`\n##+ ${title}\n([\s\S]*?)\n#{2,3} `).exec(readText(page))?.[1] ?? '';
}

/** All inline code, with the heading above it. */
function spansOf(page: string): readonly Span[] {
  let section = '';
  let inHeading = false;
  const spans: Span[] = [];
  for (const token of markdown.parse(readText(page), {})) {
    if (token.type === 'heading_open') inHeading = true;
    if (token.type === 'heading_close') inHeading = false;
    if (token.type !== 'inline') continue;
    if (inHeading) section = token.content;
    for (const child of token.children ?? []) {
      // Inside of a table a bar is written \|, also in code.
      if (child.type === 'code_inline')
        spans.push({ page, section, code: child.content.replaceAll(String.raw`\|`, '|') });
    }
  }
  return spans;
}

function fencesOf(page: string): readonly Fence[] {
  return markdown
    .parse(readText(page), {})
    .filter(({ type }) => type === 'fence')
    .map(({ info, content }) => ({ page, language: info.trim(), code: content }));
}

const SPANS = PAGES.flatMap(spansOf);
const FENCES = PAGES.flatMap(fencesOf);
const SHELL_LINES = FENCES.filter(({ language }) => language === 'sh').flatMap(({ page, code }) =>
  code.split('\n').map((line) => ({ page, line })),
);

const USAGES: readonly string[] = Object.values(COMMANDS).map(({ usage }) => usage);
/** A command that is spoken of, without its arguments. */
const NAMES: readonly string[] = [...Object.keys(COMMANDS).map((verb) => `/${verb}`), '/imprimatur <verb> …'];
/** What `…` stands for behind a verb that can't be alone. */
const ARGUMENTS: Readonly<Record<string, string>> = { '/rollback …': ' --reason "it fails"' };
const SERVED = [WEBHOOK_PATH, '/healthz', '/readyz', '/metrics', SETUP_PATH, '/data'];

/** Placeholders become words, so that `/reject P12 <reason>` is a line like any other. */
function parseLine(text: string): ParsedLine {
  return parseCommandLine({ text: text.replaceAll(/<[^<>]*>/g, 'word'), line: 1, next: null });
}

test('every command that is shown parses, and every shown mistake is one', () => {
  const shown = [
    ...SPANS.filter(({ code }) => /^\/[a-z]/i.test(code)),
    ...FENCES.filter(({ language }) => language === 'text').flatMap(({ page, code }) =>
      code
        .split('\n')
        .filter((line) => line.startsWith('/'))
        .map((line) => ({ page, section: '', code: line })),
    ),
  ];
  const wrong = shown.filter(({ section, code }) => {
    if (SERVED.includes(code) || USAGES.includes(code) || NAMES.includes(code)) return false;
    const { kind } = parseLine(code.replace(/ …$/, ARGUMENTS[code] ?? ''));
    // A mistake's row may name the right word behind it.
    if (section === 'Mistakes') return kind === 'not-ours';
    return kind !== 'command';
  });
  expect(wrong).toEqual([]);
  expect(shown.length).toBeGreaterThan(50);
});

test('every row of the table of mistakes begins with a mistake', () => {
  const section = /\n## Mistakes\n([\s\S]*?)\n## /.exec(readText('docs/commands.md'))?.[1] ?? '';
  const lines = [...section.matchAll(/^\| `(\/[^`]*)` *\|/gm)].map(([, line = '']) => line);
  expect(lines.length).toBeGreaterThan(10);
  expect(lines.filter((line) => !['mistake', 'misspelled'].includes(parseLine(line).kind))).toEqual([]);
});

test('README and commands page list every command with its usage', () => {
  for (const page of ['README.md', 'docs/commands.md']) {
    const codes = SPANS.filter((span) => span.page === page).map(({ code }) => code);
    for (const usage of USAGES) expect(codes, page).toContain(usage);
  }
});

test('every relative link and picture leads to a file, and to a heading of it', () => {
  const broken = PAGES.flatMap((page) =>
    markdown
      .parse(readText(page), {})
      .flatMap(({ children }) => children ?? [])
      .filter(({ type }) => type === 'link_open' || type === 'image')
      .map((token) => String(token.attrGet('href') ?? token.attrGet('src') ?? ''))
      .filter((href) => !/^[a-z]+:/.test(href) && !leadsSomewhere(page, href))
      .map((href) => `${page}: ${href}`),
  );
  expect(broken).toEqual([]);
});

function leadsSomewhere(page: string, href: string): boolean {
  const { pathname, hash } = new URL(href, `file:///${page}`);
  const path = pathname.slice(1);
  if (!existsSync(new URL(`../../${path}`, import.meta.url))) return false;
  return hash === '' || headingsOf(path).includes(hash.slice(1));
}

/** As GitHub makes them. */
function headingsOf(path: string): readonly string[] {
  return [...readText(path).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

test('every test that is named exists', () => {
  const named = SPANS.flatMap(({ code }) => {
    const [, before = '', several, after = ''] = /^(test\/[^{}*]*?)(?:\{([^{}]+)\})?([^{}*]*\.ts)$/.exec(code) ?? [];
    if (after === '') return [];
    return several === undefined ? [before + after] : several.split(',').map((one) => before + one + after);
  });
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !existsSync(new URL(`../../${path}`, import.meta.url)))).toEqual([]);
});

test('every variable that is named exists', () => {
  const others = [
    'CI',
    'VECTORS',
    'BASE',
    'POSTGRES_PASSWORD',
    'MIN_APPROVALS',
    'FORBID_SELF_APPROVAL',
    'DOCKER_IMAGE',
    'FULL',
    'IMMEDIATE',
    'NONE',
    'NO_COLOR',
  ];
  const named = SPANS.flatMap(({ page, code }) => {
    const name = /^(?!P\d+$)([A-Z][A-Z0-9_]+)(?:=.*)?$/.exec(code)?.[1];
    return name === undefined ? [] : [{ page, name }];
  });
  const known: readonly string[] = [...VARIABLES, ...SECRETS.map((name) => `${name}_FILE`), ...others];
  expect(named.filter(({ name }) => !known.includes(name))).toEqual([]);
  expect(named.length).toBeGreaterThan(VARIABLES.length);
});

test('the table of variables is complete and in the order of the code', () => {
  const table = sectionOf('docs/operations.md', 'Variables');
  expect(firstCells(table)).toEqual([...VARIABLES]);
});

test('the table of metrics is complete', async () => {
  const table = sectionOf('docs/operations.md', 'Metrics');
  const body = await createMetrics().render({
    jobs: {},
    oldestDueJobSeconds: 0,
    promotions: {},
    drifts: [],
    mixed: 0,
    patDaysLeft: null,
    recoveryAgeSeconds: 0,
  });
  const ours = [...body.matchAll(/^# TYPE (imprimatur_\w+) /gm)].map(([, name = '']) => name);
  expect(firstCells(table).toSorted()).toEqual(ours.toSorted());
});

test('the table of rules is complete', () => {
  const table = /\n## Rules\n([\s\S]*?)\n## /.exec(readText('docs/design.md'))?.[1] ?? '';
  expect(firstCells(table)).toEqual(RULES.map(({ id }) => id));
});

test('every runtime dependency has its reason', () => {
  const table = /\n## Runtime dependencies\n([\s\S]*?)\n## /.exec(readText('docs/design.md'))?.[1] ?? '';
  expect(firstCells(table).toSorted()).toEqual(Object.keys(PACKAGE.dependencies).toSorted());
});

const PACKAGE = z
  .object({ scripts: z.record(z.string(), z.string()), dependencies: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readText('package.json')));

/** The code of the first column, one per row. */
function firstCells(table: string): readonly string[] {
  return [...table.matchAll(/^\| `([^`]+)`/gm)].map(([, code = '']) => code);
}

test('every npm script that is named exists', () => {
  const texts = [...SPANS.map(({ code }) => code), ...SHELL_LINES.map(({ line }) => line)];
  const named = texts.flatMap((text) =>
    [...text.matchAll(/\bnpm (?:run )?(?:--silent )?([a-z][a-z:]*)/g)].map(([, name = '']) => name),
  );
  const builtIn = ['ci', 'pack'];
  expect(named).toContain('demo');
  expect(named.filter((name) => !builtIn.includes(name) && !(name in PACKAGE.scripts))).toEqual([]);
});

/** In a clone, by itself, in a container that is called imprimatur, or in the unit's folder. */
const CLI_LINE =
  /^(?:npm run (?:--silent )?cli --|(?:docker .*? imprimatur )?imprimatur|.*\/usr\/bin\/node src\/cli\.ts) (?!\/)(.+?)(?: +[>#].*)?$/;

test('every command line that is shown is legal', () => {
  const texts = [...SPANS.map(({ code }) => code), ...SHELL_LINES.map(({ line }) => line)];
  const calls = texts.flatMap((text) => CLI_LINE.exec(text)?.[1] ?? []);
  const wrong = calls.filter((call) => {
    const command = CLI_COMMANDS.find(({ name }) => call === name || call.startsWith(`${name} `));
    if (command === undefined) return true;
    const rest = call
      .slice(command.name.length)
      .split(' ')
      .filter((word) => word !== '');
    return parseCall(command, rest).kind !== 'run';
  });
  expect(wrong).toEqual([]);
  expect(calls.length).toBeGreaterThan(5);
});

test('the commands that the command line has are described, with every flag', () => {
  const text = readText('docs/cli.md');
  const rows = firstCells(text).map((cell) => cell.replaceAll(String.raw`\|`, '|'));
  for (const { name, args = [], flags } of CLI_COMMANDS) {
    expect(rows).toContain([name, ...args.map((argument) => argument.name)].join(' '));
    for (const flag of Object.keys(flags)) expect(text, name).toContain(`--${flag}`);
  }
});

test('the tables of the policy file have all its keys, in the order of its schema', () => {
  const schema: unknown = JSON.parse(readText('docs/promotion.schema.json'));
  const tables = readText('docs/policy.md').split('\n## Mistakes\n')[0] ?? '';
  expect(firstCells(tables)).toEqual(keysOf(schema, ''));
});

/** The keys of a JSON Schema that hold values. */
function keysOf(node: unknown, path: string): readonly string[] {
  const { properties, additionalProperties } = SchemaNode.parse(node);
  if (properties !== undefined) {
    return Object.entries(properties).flatMap(([key, inner]) => keysOf(inner, path === '' ? key : `${path}.${key}`));
  }
  return typeof additionalProperties === 'object' ? keysOf(additionalProperties, `${path}.<name>`) : [path];
}

const SchemaNode = z.object({
  properties: z.record(z.string(), z.unknown()).optional(),
  additionalProperties: z.union([z.boolean(), z.object({}).loose()]).optional(),
});

test('every YAML block is a valid policy file, and the first one is the default policy', () => {
  const blocks = FENCES.filter(({ language }) => language === 'yaml');
  const wrong = blocks.map((block) => ({ ...block, reading: readPolicy(block.code) }));
  expect(wrong.filter(({ reading }) => reading.kind === 'problems')).toEqual([]);
  const [full] = blocks.filter(({ page }) => page === 'docs/policy.md');
  expect(readPolicy(full?.code ?? '')).toEqual(readPolicy(''));
  expect(blocks.some(({ page }) => page === 'README.md')).toBe(true);
});

test('every row of the policy file’s table of mistakes is refused for one reason', () => {
  const rows = firstCells(readText('docs/policy.md').split('\n## Mistakes\n')[1] ?? '');
  const told = rows.map((row) => {
    const reading = readPolicy(row);
    return { row, problems: reading.kind === 'problems' ? reading.problems.length : 0 };
  });
  expect(told).toEqual(rows.map((row) => ({ row, problems: 1 })));
  expect(rows.length).toBeGreaterThan(10);
});

function readPolicy(text: string): PromotionFileReading {
  return readPromotionFile({ text, blob: 'b10b', repo: must(parseRepoName('acme/dotca')), registryHost: 'ghcr.io' });
}

test('every workflow diff leads to a workflow that deploys the promoted image', () => {
  const changes = FENCES.filter(({ language }) => language === 'diff').map(({ code }) => code);
  expect(changes).toHaveLength(3);
  for (const change of changes) {
    const [before, after] = [sideOf(change, '-'), sideOf(change, '+')];
    for (const side of [before, after]) Workflow.parse(parse(side));
    expect(before).not.toContain('github.event.deployment');
    expect(Workflow.parse(parse(after)).on).toHaveProperty('deployment');
    const keys = [...after.matchAll(/deployment\.payload\.(\w+)/g)].map(([, key = '']) => key);
    expect(keys).toContain('image');
    expect(keys.filter((key) => !PAYLOAD_KEYS.includes(key))).toEqual([]);
  }
});

/** One side of a change: the lines that both have, and its own. */
function sideOf(change: string, sign: '-' | '+'): string {
  const lines = change.split('\n').filter((line) => line.startsWith(sign) || line.startsWith(' '));
  return lines.map((line) => line.slice(1)).join('\n');
}

const Workflow = z.strictObject({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions: z.record(z.string(), z.enum(['read', 'write'])),
  jobs: z.record(
    z.string(),
    z.object({
      'runs-on': z.string(),
      steps: z.array(z.union([z.object({ run: z.string() }), z.object({ uses: z.string() })])).min(1),
    }),
  ),
});

/** What a deployment carries, by the page on deployments. */
const PAYLOAD_KEYS: readonly string[] = FENCES.filter(
  ({ page, language }) => page === 'docs/deployments.md' && language === 'json',
).flatMap(({ code }) => Object.keys(z.record(z.string(), z.unknown()).parse(JSON.parse(code))));

test('every YAML and JSON block parses', () => {
  for (const { language, code } of FENCES) {
    // `yaml` is a policy file; `yml` belongs to another tool.
    if (language === 'yaml' || language === 'yml') parse(code);
    if (language === 'json') JSON.parse(code);
  }
  expect(FENCES.map(({ language }) => language)).not.toContain('');
});

test('every SQL block runs on our tables', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'imprimatur-docs-'));
  try {
    const file = join(folder, 'imprimatur.db');
    const store = await openStore({ url: `sqlite:${file}` });
    await migrate(store, 0);
    await store.close();
    const statements = FENCES.filter(({ language }) => language === 'sql').map(({ code }) => code);
    expect(statements).toHaveLength(3);
    const database = new DatabaseSync(file);
    database.exec(
      `INSERT INTO jobs (id, kind, payload, run_at, attempts, last_error, state, created_at, finished_at)
       VALUES (17, 'reply', x'7b7d', 1, 5, 'it broke', 'dead', 1, 2)`,
    );
    for (const statement of statements)
      database.exec(statement.replace("'backup.db'", `'${join(folder, 'backup.db')}'`));
    expect(database.prepare('SELECT state, attempts, last_error FROM jobs').get()).toEqual({
      state: 'queued',
      attempts: 0,
      last_error: 'it broke',
    });
    database.close();
    const backup = new DatabaseSync(join(folder, 'backup.db'));
    expect(backup.prepare('SELECT state FROM jobs').get()).toEqual({ state: 'dead' });
    backup.close();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('the log lines that the docs name exist in the code', () => {
  const alerts = sectionOf('docs/operations.md', 'Alerts');
  const lines = [...alerts.matchAll(/`([a-z][^`]* [^`]* [^`]*)`/g)].map(([, line = '']) => line);
  expect(lines).toHaveLength(6);
  const folder = new URL('../../src/', import.meta.url);
  const source = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readText(`src/${path}`))
    .join('\n');
  expect(lines.filter((line) => !source.includes(line))).toEqual([]);
});
