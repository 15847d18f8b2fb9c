// Runs the client suite and writes what it held into the table of docs/operations.md: node scripts/write-quirk-matrix.ts
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { z } from 'zod';
import { MATRIX, NAMES, SHARED_SUITE, tableOf, type Counterparty, type Row } from '../test/registry/quirk-matrix.ts';

const MARKERS = ['<!-- quirks -->', '<!-- /quirks -->'] as const;
const COUNTERPARTIES = ['double', 'docker-registry'] as const satisfies readonly Counterparty[];

const Report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      assertionResults: z.array(
        z.object({ title: z.string(), ancestorTitles: z.array(z.string()), status: z.string() }),
      ),
    }),
  ),
});
type Result = {
  readonly file: string;
  readonly title: string;
  readonly under: readonly string[];
  readonly status: string;
};

const root = fileURLToPath(new URL('..', import.meta.url));
const problems = findProblems(runSuite([...new Set(MATRIX.flatMap(({ tests }) => tests.map(({ file }) => file)))]));
if (problems.length > 0) {
  process.stderr.write(`The table is left as it is:\n${problems.map((problem) => `  ${problem}\n`).join('')}`);
  process.exit(1);
}
await writeTable();

/** Nothing is skipped: with CI set, a docker-registry that is not installed fails. */
function runSuite(files: readonly string[]): readonly Result[] {
  const folder = mkdtempSync(join(tmpdir(), 'quirks-'));
  const output = join(folder, 'report.json');
  try {
    spawnSync('npx', ['vitest', 'run', ...files, '--reporter=json', `--outputFile=${output}`], {
      cwd: root,
      env: { ...process.env, CI: 'true' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const { testResults } = Report.parse(JSON.parse(readFileSync(output, 'utf8')));
    return testResults.flatMap(({ name, assertionResults }) =>
      assertionResults.map(({ title, ancestorTitles, status }) => ({
        file: name.replace(root, ''),
        title,
        under: ancestorTitles,
        status,
      })),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Each test of each row has to have run, and passed, on each registry that the row names. */
function findProblems(results: readonly Result[]): readonly string[] {
  return MATRIX.flatMap((row) =>
    COUNTERPARTIES.filter((counterparty) => row.on[counterparty] === true).flatMap((counterparty) =>
      row.tests.flatMap((test) => {
        const runs = results.filter((result) => isRunOf(result, { test, counterparty }));
        const passed = runs.length > 0 && runs.every(({ status }) => status === 'passed');
        return passed ? [] : [`${test.file}: "${test.title}" did not pass on ${counterparty} (${row.behavior})`];
      }),
    ),
  );
}

function isRunOf(
  result: Result,
  { test, counterparty }: { readonly test: Row['tests'][number]; readonly counterparty: Counterparty },
): boolean {
  const [before = '', after] = test.title.split('%s');
  const isTitle =
    after === undefined ? result.title === before : result.title.startsWith(before) && result.title.endsWith(after);
  const isThere = test.file !== SHARED_SUITE || result.under.includes(NAMES[counterparty]);
  return result.file === test.file && isTitle && isThere;
}

async function writeTable(): Promise<void> {
  const path = join(root, 'docs/operations.md');
  const text = readFileSync(path, 'utf8');
  const [begin, end] = MARKERS;
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`docs/operations.md has no ${begin} … ${end}`);
  const [head = [], ...rows] = tableOf(MATRIX);
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  const written = `${text.slice(0, from)}${begin}\n\n${lines.join('\n')}\n\n${text.slice(to)}`;
  writeFileSync(path, await format(written, { ...(await resolveConfig(path)), parser: 'markdown' }));
}
