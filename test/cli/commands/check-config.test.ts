// A policy file is checked as the server reads it, and each mistake has a place that editors understand.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { reviewerWords } from '../../../src/messages/card/reviews.ts';
import { say } from '../harness.ts';

let folder = '';
let file = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imprimatur-cli-'));
  file = join(folder, 'promotion.yml');
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const POLICY = `environments:
  production:
    approvals: { required: 2, users: [ada, bob] }
  canary: { approvals: { required: 0 } }
  qa: { branch: qa, approvals: { role: maintain, self_approval: true } }
`;

test('a file without mistakes: its environments, with tags, branch and who approves', async () => {
  await writeFile(file, POLICY);
  const { code, out, err } = await say(['check-config', file]);
  const rows = out.trimEnd().split('\n').slice(-3);
  expect(rows.map((row) => row.split(/ {2,}/).slice(0, 3))).toEqual([
    ['production', 'main, latest', 'main'],
    ['canary', 'canary', 'main'],
    ['qa', 'qa', 'qa'],
  ]);
  expect(rows[0]).toMatch(/ {2}2 \S/);
  expect(rows[0]).toContain(reviewerWords({ users: ['ada', 'bob'], role: null }).replaceAll('`', ''));
  expect(rows[2]).toMatch(/ {2}1 \S/);
  expect(rows[2]).toContain(reviewerWords({ users: [], role: 'maintain' }).replaceAll('`', ''));
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const json = await say(['check-config', file, '--json']);
  expect(JSON.parse(json.out)).toEqual({ ok: true, problems: [] });
});

test('the words of it', async () => {
  await writeFile(file, POLICY);
  const texts = [await say(['check-config', file])];
  await rm(file);
  texts.push(await say(['check-config', file]));
  expect(texts.map(({ out, err }) => `${out}${err}`.replaceAll(file, '<file>')).join('\n')).toMatchInlineSnapshot(`
    "<file>: 3 environments, no problems

    Image: the image with the name of the repository
    Staging: tags staging-<commit> from branch staging

    ENVIRONMENT  TAGS          BRANCH  APPROVALS
    production   main, latest  main    2 by ada or bob, except the requester
    canary       canary        main    none
    qa           qa            qa      1 by anyone with maintain access, including the requester

    imprimatur check-config: <file> does not exist
    "
  `);
});

test('an image is named with --repo', async () => {
  await writeFile(file, '');
  const { out } = await say(['check-config', file, '--repo', 'Acme/Dotca']);
  expect(out).toMatch(/\n\w+: ghcr\.io\/acme\/dotca\n/);
});

test('each mistake has its line and column, and the exit code is 1', async () => {
  await writeFile(
    file,
    'environments:\n  production:\n    approvals:\n      required: two\n  canary:\n    tag: [canary]\n',
  );
  const { code, out } = await say(['check-config', file]);
  const [first, second] = out.split('\n');
  expect(first).toContain(`${file}:4:17: environments.production.approvals.required: `);
  expect(second).toMatch(/:6:5: environments\.canary\.tag: .*"tag".*"tags"/);
  expect(code).toBe(1);
  const json = await say(['check-config', file, '--json']);
  expect(JSON.parse(json.out)).toEqual({
    ok: false,
    problems: [
      {
        line: 4,
        column: 17,
        path: 'environments.production.approvals.required',
        code: 'illegal-value',
        message: expect.any(String),
      },
      { line: 6, column: 5, path: 'environments.canary.tag', code: 'unknown-key', message: expect.any(String) },
    ],
  });
  expect(json.code).toBe(1);
});

test('invalid YAML is a mistake like any other', async () => {
  await writeFile(file, 'environments: [\u001b[31m\n');
  const { code, out } = await say(['check-config', file]);
  expect(out).toContain(`${file}:`);
  expect(out).not.toContain('\u001b');
  expect(code).toBe(1);
});

test('a file that can not be read is a sentence', async () => {
  for (const [path, named] of [
    [join(folder, 'none.yml'), 'none\\.yml'],
    [folder, folder],
  ] as const) {
    const { code, out, err } = await say(['check-config', path]);
    expect(err).toMatch(new RegExp(`^imprimatur check-config: .*${named} (?!.*\\bE[A-Z]{4,}\\b).+\n$`));
    expect({ code, out }).toEqual({ code: 1, out: '' });
  }
});

test.each([
  ['.github', 'promotion.yaml', false],
  ['.github', 'Promotion.yml', false],
  ['.github', 'promotions.yml', false],
  ['.GitHub', 'promotion.yml', false],
  ['.github', 'promotion.yml', true],
  ['.github', 'draft.yml', true],
  ['examples', 'promotion.yaml', true],
])('the file %s/%s: the name is right %s', async (inner, name, isRight) => {
  const path = join(folder, inner, name);
  await mkdir(join(folder, inner));
  await writeFile(path, POLICY);
  const json = await say(['check-config', path, '--json']);
  const problem = {
    line: 1,
    column: 1,
    path: '',
    code: 'wrong-file-name',
    message: expect.stringMatching(`${inner}/${name} .*\\.github/promotion\\.yml`),
  };
  expect(JSON.parse(json.out)).toEqual({ ok: isRight, problems: isRight ? [] : [problem] });
  const { code, out } = await say(['check-config', path]);
  expect({ code, startsWithPlace: out.startsWith(`${path}:1:1: `) }).toEqual({
    code: isRight ? 0 : 1,
    startsWithPlace: !isRight,
  });
});
