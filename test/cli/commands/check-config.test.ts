// A policy file is checked as the server reads it, and each mistake has a place that editors understand.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
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

test('a file without mistakes is told in words', async () => {
  await writeFile(
    file,
    `environments:
  production:
    approvals: { required: 2, users: [ada, bob] }
  canary: { approvals: { required: 0 } }
  qa: { branch: qa, approvals: { role: maintain, self_approval: true } }
`,
  );
  const { code, out, err } = await say(['check-config', file]);
  expect(out.replaceAll(file, '<file>')).toBe(
    `<file>: 3 environments, no mistakes

Image: the one that is called like the repository
Staging: tags staging-<commit>, of branch staging

ENVIRONMENT  TAGS          BRANCH  APPROVALS
production   main, latest  main    2 by ${reviewerWords({ users: ['ada', 'bob'], role: null })}, not by who asked
canary       canary        main    none
qa           qa            qa      1 by ${reviewerWords({ users: [], role: 'maintain' })}, also who asked
`.replaceAll('`', ''),
  );
  expect({ code, err }).toEqual({ code: 0, err: '' });
});

test('an image is named where the repository is', async () => {
  await writeFile(file, '');
  const { out } = await say(['check-config', file, '--repo', 'Acme/Dotca']);
  expect(out).toContain('\nImage: ghcr.io/acme/dotca\n');
});

test('each mistake has its line and column, and the exit code says no', async () => {
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

test('what breaks YAML is a mistake like any other', async () => {
  await writeFile(file, 'environments: [\u001b[31m\n');
  const { code, out } = await say(['check-config', file]);
  expect(out).toContain(`${file}:`);
  expect(out).not.toContain('\u001b');
  expect(code).toBe(1);
});

test('a file that can not be read is a sentence', async () => {
  const { code, out, err } = await say(['check-config', join(folder, 'none.yml')]);
  expect(err).toMatch(/^imprimatur check-config: .*none\.yml can't be read: ENOENT/);
  expect({ code, out }).toEqual({ code: 1, out: '' });
});
