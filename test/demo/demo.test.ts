// The demo plays the main job to its end, and says so when a step of it doesn't happen.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, expect, test, vi } from 'vitest';
import { STATE_SYMBOLS } from '../../src/messages/card/state.ts';
import { startDemo, type RunningDemo } from './running-demo.ts';

// The whole play takes 15 s on an idle machine, and several times that on a busy one.
vi.setConfig({ testTimeout: 120_000 });

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let demo: RunningDemo | null = null;

afterEach(async () => {
  demo?.interrupt();
  await demo?.ended;
});

test('each step happens, and the tags, the card and the audit trail are shown', async () => {
  demo = startDemo();
  const { code, stdout, stderr } = await demo.ended;
  expect(stderr).toBe('');
  const steps = stdout.match(/^ {2}[✓✗] .*(?= {2}[\d.]+ m?s$)/gm) ?? [];
  expect(steps.map((step) => step.trim().replaceAll(/\b(staging|hotfix)-[0-9a-f]{7}/g, '$1-<sha>'))).toEqual([
    '✓ GitHub starts, with an organization that has the App installed',
    '✓ An image registry starts; every request needs a token',
    '✓ The App starts as a separate process',
    '✓ Production has an earlier image, tagged main and latest',
    '✓ ada merges to staging, and the build server pushes the image of that commit',
    '✓ ada comments on issue #1: /promote staging-<sha> --reason "new login page"',
    '✓ The App checks the image in the registry, and adds a check run to the commit',
    '✓ The card appears in the thread',
    '✓ ada clicks Approve on her own request: refused',
    '✓ mia clicks Approve on a stale page, for an earlier plan: refused',
    '✓ bob clicks Approve, and production moves to the new image',
    '✓ The card is updated in place',
    '✓ GitHub has a deployment of the promoted commit',
    '✓ The deployer pulls that digest, and reports in_progress, then success',
    '✓ Production holds staging-<sha>; ada comments: /promote staging-<sha> as v1.0.0',
    '✓ bob merges what was released into main, and pushes the git tag v1.0.1',
    '✓ ada pushes .github/promotion.yml with a mistake in it; /promote names line and column',
    '✓ The file is fixed; ada comments: /promote staging-<sha> to canary',
    '✓ The file allows self-approval, and ada approves; production does not change',
    '✓ A second image is promoted: ada requests it, bob approves',
    '✓ ada requests the first image again: it is older than production',
    '✓ Somebody pushes the tag rollback-20200101-000000-release, and ada requests a rollback to it',
    '✓ The new checkout loses orders; ada comments: /rollback --reason "the new checkout loses orders"',
    '✓ bob asks for the history of production: /status',
    '✓ A hotfix is built from main; by mistake, its image has no command',
    '✓ ada comments: /promote hotfix-<sha> force --reason "login is down": refused',
    '✓ mia, a maintainer, comments the same; the check run shows the overridden check',
    '✓ bob approves; the hotfix is in production',
    '✓ ada pushes to staging; the check run waits for the image',
    '✓ The build server pushes the image; the check run shows the results and a button',
    '✓ bob clicks Promote, ada clicks Approve on the new check run',
    '✓ ada comments: /promote staging; then a newer build moves the tag staging',
    '✓ bob re-runs all checks: the promotion keeps its digest, and the card names the new one',
    '✓ The App is suspended for a while: the open promotion is cancelled, and the card says why',
    '✓ Every request of the App is valid for the API of GitHub',
    '✓ Export: imprimatur audit export --format jsonl',
    '✓ No row was changed, removed or moved: imprimatur audit verify',
    '✓ The card on GitHub shows the same last hash',
    '✓ On SIGTERM, the App finishes its work and exits with 0',
  ]);
  expect(stdout).toMatch(/imprimatur\[bot\] → ada: [^✓]*\/cancel P1\b/);
  const [, before, after] = /^ {2}main +sha256:(\S+) +sha256:(\S+) +moved$/m.exec(stdout) ?? [];
  expect(before).not.toBe(after);
  expect(stdout).toMatch(new RegExp(String.raw`^ {2}latest +sha256:${before} +sha256:${after} +moved$`, 'm'));
  expect(stdout).toMatch(new RegExp(String.raw`^ {2}rollback-\S+-new-login-page +– +sha256:${before} +new$`, 'm'));
  expect(stdout).toMatch(/^ {2}│ ✓ P1 · staging-[0-9a-f]{7} → production · \S.*$/m);
  expect(stdout).toMatch(/DOCKER_IMAGE=127\.0\.0\.1:\d+\/acme\/dotca@sha256:[0-9a-f]{64}/);
  expect(stdout).toMatch(/^ {2}1 +\S+ +requested +ada /m);
  expect(stdout).toMatch(/ reviewed +bob /);
  // Neither colours nor our markers get into a pipe.
  expect(stdout).not.toContain('\u{1b}');
  expect(stdout).not.toContain('<!--');
  expect(code).toBe(0);
});

test('a reviewer without write access promotes nothing: exit 1, and the step is named', async () => {
  demo = startDemo('--break', 'approve');
  const { code, stdout, stderr } = await demo.ended;
  expect(stdout).toMatch(/^ {2}✗ bob clicks Approve, and production moves to the new image/m);
  expect(stdout).not.toContain('The tags in the registry');
  expect(stderr).toContain('This did not happen: bob clicks Approve, and production moves to the new image');
  expect(stderr).toMatch(/\bbob: .*\bwrite\b.*\bread\b/);
  expect(code).toBe(1);
});

// Five command lines are started besides.
test('left running, it takes what people say and click over HTTP, until Ctrl-C', { timeout: 240_000 }, async () => {
  demo = startDemo('--serve');
  const [, url = '', tag = ''] = await demo.printed(/curl (http:\S+)\/say -d '.*\/promote (staging-[0-9a-f]{7})"/);
  const post = async (path: string, body: unknown): Promise<string> => {
    const answer = await fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body) });
    return `${answer.status} ${await answer.text()}`;
  };

  const [printed] = await demo.printed(
    /^ {4}ada +write .*\n {4}bob +write .*\n {4}mia +maintain .*\n {4}ron +read .*$/m,
  );
  expect(printed).not.toBe('');
  await demo.printed(/^ {4}visitor +\S+ +pull$/m);
  // All five, however the output arrives.
  const [lines = ''] = await demo.printed(/(?:^ {4}env .*\n){5}/m);
  const verbs = ['status', 'inspect', 'plan', 'tags', 'diff'];
  const calls = lines.trimEnd().split('\n');
  expect(calls.map((line) => / -- (\w+)/.exec(line)?.[1])).toEqual(verbs);
  const ran = calls.map((line) => promisify(execFile)('sh', ['-c', line], { cwd: ROOT }));
  for (const [index, { stdout, stderr }] of (await Promise.all(ran)).entries()) {
    expect(stderr, calls[index]).toBe('');
    expect(stdout, calls[index]).toMatch(/\bacme\/dotca\b|^IMAGE |^From /);
  }

  expect(await post('/click', { by: 'bob', action: 'approve' })).toMatch(/^409 No check run shows the button/);
  expect(await post('/say', { issue: 1, by: 'ada', body: `/promote ${tag}` })).toMatch(/^202 ada said it/);
  await demo.printed(new RegExp(`${STATE_SYMBOLS['awaiting-approval']} P\\d+ · ${tag} → production · `));
  expect(await post('/click', { by: 'bob', action: 'approve' })).toMatch(/^202 bob clicked approve/);
  await demo.printed(new RegExp(`${STATE_SYMBOLS.promoted} P\\d+ · ${tag} → production · `));

  const tags = await (await fetch(`${url}/tags`)).text();
  const [digest] = new RegExp(String.raw`\S+(?=  ${tag}$)`, 'm').exec(tags) ?? [];
  expect(tags).toMatch(new RegExp(`^${digest}  main$`, 'm'));
  expect(await (await fetch(`${url}/issues/1`)).text()).toContain(`── ada\n/promote ${tag}\n`);
  expect(await post('/say', { issue: 7, by: 'ada', body: 'hm' })).toMatch(/^404 There is one issue here: #1/);
  expect(await post('/say', { issue: 1, by: 'ada' })).toMatch(/^400 .*\n.*body/);
  expect(await post('/build', {})).toMatch(/^201 staging-[0-9a-f]{7} = sha256:/);

  demo.interrupt();
  expect(await demo.ended).toMatchObject({ code: 0, stderr: '' });
});

test('an unknown option ends it with the usage', async () => {
  demo = startDemo('--fast');
  const { code, stderr } = await demo.ended;
  expect(stderr).toContain('Usage: npm run demo');
  expect(code).toBe(2);
});
