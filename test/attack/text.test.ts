// Everything that people, images, registries and repositories may call things, planted in every place of a full story.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { say as runCommand } from '../cli/harness.ts';
import { begin, type Conversation } from '../scenarios/conversation.ts';
import { POLICY } from '../scenarios/policy-world.ts';
import { IMAGE, stage } from '../scenarios/world.ts';
import type { ImageOptions } from '../support/registry/images.ts';
import { findHarm, invisibleIn } from './markdown.ts';

const WORDS = [
  '@evil',
  '@evil-org/evil-team',
  '#12',
  'GH-12',
  'evil/evil#1',
  'deadbeefdeadbeef',
  'evil@evil.example',
  'https://evil.example/x',
  'www.evil.example',
  '//evil.example',
  'javascript:evil',
  '![evil](https://evil.example/x.png)',
  '[evil](https://evil.example)',
  '[evil]: https://evil.example',
  '<img src=//evil.example onerror=evil>',
  '<script>evil</script>',
  '</details>',
  '</sub>',
  '<!-- evil',
  '-->',
  '<https://evil.example>',
  '# evil',
  '> [!CAUTION] evil',
  '- [ ] evil',
  '1. evil',
  '| evil | evil |',
  '```',
  '~~~',
  '`',
  '``',
  '**evil**',
  '~~evil~~',
  '---',
  '===',
  '[^evil]',
  ':evil:',
  '$evil$',
  '&#64;evil',
  '&lt;evil&gt;',
  '&commat;evil',
  '\\',
  '"',
  "'",
  '(',
  ')',
  '\\n',
  '\n',
  '\r\n',
  '\n\n',
  '\r',
  '\t',
  ' ',
  '    ',
  '\u{2028}',
  '\u{85}',
  '\u{0}',
  '\u{1B}[31mevil',
  '\u{1B}]8;;https://evil.example\u{7}',
  '\u{9B}31m',
  '\u{202E}',
  '\u{2066}',
  '\u{200B}',
  '\u{FEFF}',
  '\u{AD}',
  '\u{E0065}',
  'é\u{301}\u{301}\u{301}\u{301}\u{301}',
  'evil',
  '{"level":60}',
  '%s%d%n',
  '${evil}',
  '\u{D800}',
] as const;

const hostile = fc
  .array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...WORDS) }, fc.string({ unit: 'binary', maxLength: 4 })), {
    minLength: 1,
    maxLength: 20,
  })
  .map((parts) => parts.join(''));

let talk: Conversation;
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imprimatur-text-'));
  talk = await begin({ databaseUrl: `sqlite:${join(folder, 'app.db')}` });
});
afterAll(async () => {
  await talk.world.close();
  await rm(folder, { recursive: true, force: true });
});

test(
  'becomes plain text: no mention, link, picture, HTML, heading or block, and nothing invisible',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        const { texts, harm } = await tell(text);
        expect(texts).toBeGreaterThan(10);
        expect(harm).toEqual([]);
      }),
      { numRuns: 8 },
    );
  },
);

test.each([
  ['of mentions', '@evil-org/evil-team '.repeat(4000)],
  ['without a blank', '<evil>'.repeat(20_000)],
  ['of characters of four bytes', '𝕏@evil '.repeat(12_000)],
  ['of backticks and accents', `${'`'.repeat(30_000)}e${'\u{301}'.repeat(30_000)}`],
])('of any length still fits into GitHub’s limits: %s', async (_name, text) => {
  const { texts, harm } = await tell(text);
  expect(texts).toBeGreaterThan(10);
  expect(harm).toEqual([]);
});

test.each(['json', 'pretty'])('adds no line to a log in %s, and controls no terminal', async (format) => {
  const fake = '[17:00:00.000] FATAL: evil';
  const text = ['', ...WORDS, fake, '{"level":60}', ''].join('\n');
  const program = `
    import { createLogger } from ${JSON.stringify(join(import.meta.dirname, '../../src/app/logger.ts'))};
    const log = createLogger({ log: { level: 'trace', format: '${format}' }, app: null, ghcr: null, databaseUrl: '' });
    const text = ${JSON.stringify(text)};
    log.warn(text);
    log.info({ problem: text, err: new Error(text, { cause: new Error(text) }) }, 'a job failed');
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  expect(stdout).toContain('evil');
  expect(invisibleIn(stdout)).toEqual([]);
  const lines = stdout.split('\n').filter((line) => line !== '');
  expect(lines.filter((line) => line.startsWith(fake) || line.startsWith('{"level":60'))).toEqual([]);
  const begun = lines.filter((line) => /^(?:\{"level":|\[\d\d:)/.test(line));
  expect(begun).toHaveLength(2);
});

/** The story with the text in all places that take one, and what was harmful about all that we wrote. */
async function tell(text: string): Promise<{ readonly texts: number; readonly harm: readonly string[] }> {
  const { world, repo, openIssue, say: write } = talk;
  const issue = openIssue();
  const say = (by: string, body: string): Promise<unknown> => write(by, body, issue);
  const stageNew = (message: string, image?: ImageOptions): string => {
    const commit = repo.commitOn('staging', { message });
    stage(world, { commit, ...(image === undefined ? {} : { image }) });
    return commit;
  };
  const line = text.replaceAll(/[\r\n\u{2028}\u{2029}\u{85}]/gu, ' ').slice(0, 400);
  // A person of that name, whom GitHub would not have; what it says of itself is not checked.
  const name = line.replaceAll(/[\p{Cc}\p{Cs}/]/gu, '').trim() || 'evil';
  repo.user(name, 'write');

  await say(name, `/promote ${line}`);
  await say('ada', `/promote staging --raeson ${line}`);
  const first = stageNew('First');
  await say(name, `/promote ${first.slice(0, 7)} --reason "${line.replaceAll(/["\\]/g, '')}"`);
  await say('ada', `/reject ${line}`);
  await say('ada', `/status ${line}`);
  await say('ada', `/rollback ${line}`);

  const labels = {
    'org.opencontainers.image.source': text,
    'org.opencontainers.image.revision': text,
    [text]: text,
  };
  const platforms = ['linux/amd64', `${text}/${text}`];
  const branded = stageNew(text, { platforms, labels, healthcheck: [text], user: text });
  await say('ada', `/promote ${branded.slice(0, 7)}`);

  const refusing = { code: text, message: text };
  world.registry.quirks.deny403 = [{ ...refusing, times: 4, on: /^(?:HEAD|GET) / }];
  await say('ada', `/promote ${first.slice(0, 7)}`);
  const denied = stageNew('Denied');
  await say('ada', `/promote ${denied.slice(0, 7)}`);
  world.registry.quirks.deny403 = [{ ...refusing, times: 50, on: /^PUT / }];
  await say('bob', '/approve');
  world.registry.quirks.deny403 = [];

  const said = { message: text, errors: [{ message: text }] };
  world.github.failNext({ method: 'POST', path: /\/deployments$/, status: 422, body: said });
  const last = stageNew('Last');
  await say('ada', `/promote ${last.slice(0, 7)}`);
  await say('bob', '/approve');
  const deployed = await repo.deploy({ commit: first, by: name, environment: 'production' });
  const logUrl = `https://github.com/acme/dotca/actions/${line.toWellFormed()}`;
  await repo.deploymentStatus({ deployment: deployed.id, state: 'success', by: name, logUrl });
  await world.drain();

  const policy = { [text]: text, environments: { [text]: { branch: text } } };
  for (const file of [JSON.stringify(policy), text]) {
    repo.writeFiles('main', { [POLICY]: file });
    await say('ada', `/promote ${first.slice(0, 7)}`);
  }
  repo.writeFiles('main', { [POLICY]: null });

  const ours = repo.comments(issue).flatMap(({ byApp, body }) => (byApp ? [body] : []));
  const runs = [first, branded, denied, last].flatMap((commit) => repo.checkRuns(commit));
  const parts = runs.flatMap((run) => [run.summary ?? '', run.text ?? '']);
  const shown = [...runs.map((run) => run.title ?? ''), ...(await byCommandLine(branded))];
  const harm = [
    ...[...ours, ...parts].flatMap((body) => findHarm(body, { mentions: ['@ada', `@${name}`] })),
    ...shown.flatMap(invisibleIn),
    ...world.github.violations,
    ...(await world.dead()).filter((job) => !job.startsWith('create-deployment')),
  ];
  return { texts: ours.length, harm };
}

async function byCommandLine(commit: string): Promise<readonly string[]> {
  const { host } = talk.world.registry;
  const image = `${host}/${IMAGE}:staging-${commit.slice(0, 7)}`;
  const env = { REGISTRY_HOST: host, DATABASE_URL: `sqlite:${join(folder, 'app.db')}` };
  const lines = [
    `inspect ${image}`,
    `inspect --json ${image}`,
    `plan ${image}`,
    `tags ${host}/${IMAGE}`,
    'audit show P1 --repo acme/dotca',
    'audit show P1 --repo acme/dotca --json',
    'jobs list',
    'jobs list --json',
  ];
  const ended = await Promise.all(lines.map((words) => runCommand(words, { env })));
  return ended.map(({ out, err }) => `${out}${err}`);
}
