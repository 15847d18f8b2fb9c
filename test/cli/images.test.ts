// Commands that look at images, on a registry and a GitHub, with the App's credentials and without.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { policyProblemWords } from '../../src/messages/policy-problem.ts';
import { renderRefusal } from '../../src/messages/replies/refusals.ts';
import { noAccessText } from '../../src/messages/unknown-reason.ts';
import { must } from '../domain/build.ts';
import { buildImage } from '../support/registry/images.ts';
import { START } from '../scenarios/world.ts';
import { widthOf, type Ended } from './harness.ts';
import { IMAGE, startImageWorld, type ImageWorld } from './image-world.ts';

let w: ImageWorld;

beforeAll(async () => {
  w = await startImageWorld();
});
afterAll(async () => {
  expect(w.world.github.violations).toEqual([]);
  await w.close();
});

function jsonOf({ out }: Ended): unknown {
  return JSON.parse(out);
}

/** The one line of a table that holds this word. */
function rowOf({ out }: Ended, word: string): string {
  const rows = out.split('\n').filter((line) => line.includes(word));
  if (rows.length !== 1) throw new Error(`${rows.length} rows hold ${word}:\n${out}`);
  return rows[0] ?? '';
}

const REASON = noAccessText({ source: 'github', detail: 'APP_ID is not set' });
const NO_DATABASE = noAccessText({ source: 'database', detail: 'the database file ' });

describe('inspect', () => {
  test('shows facts and the findings of the check run', async () => {
    const ended = await w.cli(`inspect ${w.ref(`staging-${w.short}`)}`);
    expect({ code: ended.code, err: ended.err }).toEqual({ code: 0, err: '' });
    expect(rowOf(ended, 'Digest ')).toBe(`Digest   ${w.image.digest}`);
    expect(rowOf(ended, 'Commit ')).toMatch(new RegExp(`^Commit   ${w.commit}\\b.*\\bstaging$`));
    expect(rowOf(ended, 'Policy ')).toContain('.github/promotion.yml');
    expect(ended.out).toMatch(/^linux\/arm64 +120 MB +2 +root +node server\.js$/m);
    expect(ended.out).toMatch(/^Checks: .*\b1\b/m);
    expect(rowOf(ended, ' revision ')).toMatch(/^✓ .* revision .* [0-9a-f]{12}….*\bstaging$/);
  });

  test('names what is unknown without the App, which alone is no failure', async () => {
    const ended = await w.bare(`inspect ${w.ref(`staging-${w.short}`)}`);
    expect(ended.code).toBe(0);
    expect(rowOf(ended, 'Commit ')).toBe(`Commit   ${REASON}`);
    expect(rowOf(ended, 'Policy ')).toContain(REASON);
    expect(rowOf(ended, ' revision ')).toMatch(/^\? .* revision .*: APP_ID/);
    expect(ended.out).toContain(`(${REASON}; ${NO_DATABASE}`);
    expect(jsonOf(await w.bare(`inspect ${w.ref(`staging-${w.short}`)} --json`))).toMatchObject({
      verdict: 'incomplete',
      policy: 'none',
    });
  });

  test('exits with 1 if a rule fails, even without the App', async () => {
    const image = buildImage({ declaredLayerSizes: [2_500_000_000], cmd: ['true'], seed: 'big' });
    w.registry.addImage({ repository: IMAGE, tag: 'big', image });
    for (const run of [w.cli, w.bare]) {
      const ended = await run(`inspect ${w.ref('big')} --json`);
      expect(ended.code).toBe(1);
      expect(jsonOf(ended)).toMatchObject({
        verdict: 'fail',
        findings: expect.arrayContaining([expect.objectContaining({ rule: 'size', outcome: 'fail' })]),
      });
    }
  });

  test('prints the same as JSON for scripts', async () => {
    const ended = await w.cli(`inspect ${w.ref(w.image.digest)} --json`);
    expect(jsonOf(ended)).toMatchObject({
      repository: `${w.registry.host}/${IMAGE}`,
      tag: null,
      digest: w.image.digest,
      builtAt: '2026-11-01T10:00:00.000Z',
      commit: w.commit,
      branch: 'staging',
      platforms: [
        { platform: 'linux/amd64', sizeBytes: expect.any(Number), layers: 2, cmd: ['node', 'server.js'], user: null },
        { platform: 'linux/arm64', labels: { 'org.opencontainers.image.revision': w.commit } },
      ],
      repo: 'acme/dotca',
      policy: 'none',
      verdict: 'pass',
    });
  });

  test('takes a name without a host for one of REGISTRY_HOST', async () => {
    const { code, out } = await w.bare(`inspect ${IMAGE}:staging`);
    expect(out).toContain(`${w.registry.host}/${IMAGE}:staging\n`);
    expect(code).toBe(0);
  });

  test('judges for the repository that is named', async () => {
    const ended = await w.bare(`inspect ${w.ref('staging')} --repo acme/other --json`);
    expect(jsonOf(ended)).toMatchObject({
      repo: 'acme/other',
      findings: expect.arrayContaining([expect.objectContaining({ rule: 'source', outcome: 'fail' })]),
    });
    expect(ended.code).toBe(1);
  });

  test('says that the App is not installed there', async () => {
    const ended = await w.cli(`inspect ${w.ref('staging')} --repo elsewhere/app`);
    expect(rowOf(ended, 'Policy ')).toContain('elsewhere/app');
    expect(ended.out).not.toContain(REASON);
  });

  test.each([
    ['a tag that is not there', (): string => w.ref('nope'), 1, /\/acme\/dotca:nope\b/],
    ['a digest that is not there', (): string => w.ref(`sha256:${'e'.repeat(64)}`), 1, /\/acme\/dotca@sha256:e{64}\b/],
    ['a registry that does not answer', (): string => '127.0.0.1:1/acme/dotca:x', 1, /127\.0\.0\.1:1\b/],
    ['a name without a tag', (): string => 'ghcr.io/acme/dotca', 2, /"ghcr\.io\/acme\/dotca" is not valid for <image>/],
    [
      'a name in upper case',
      (): string => 'ghcr.io/Acme/dotca:x',
      2,
      /"ghcr\.io\/Acme\/dotca:x" is not valid for <image>/,
    ],
    ['a name without an owner', (): string => 'localhost:5000/dotca:x', 2, /localhost:5000\/dotca\b.*--repo/],
  ])('%s is a sentence', async (_, image, code, named) => {
    const ended = await w.bare(`inspect ${image()}`);
    expect(ended.err).toMatch(/^imprimatur inspect: /);
    expect(ended.err).toMatch(named);
    expect({ code: ended.code, out: ended.out }).toEqual({ code, out: '' });
  });

  test('labels can’t control the terminal', async () => {
    const labels = { evil: 'a\u001b[31mred\u0007\nnew line', 'org.opencontainers.image.source': '\u001b[2J' };
    const image = buildImage({
      declaredLayerSizes: [120_000_000],
      cmd: ['\u001b]0;title\u0007'],
      labels,
      user: '\u009b1m',
    });
    w.registry.addImage({ repository: IMAGE, tag: 'evil', image });
    const { out } = await w.bare(`inspect ${w.ref('evil')}`);
    // eslint-disable-next-line no-control-regex -- that is the point
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(out).toContain('red');
  });
});

describe('plan', () => {
  test('shows the tag moves, and who could approve', async () => {
    const ended = await w.cli(`plan ${w.ref(`staging-${w.short}`)} --to production`);
    const [old, image] = [w.old, w.image].map(({ digest }) => `${digest.slice(0, 19)}…`);
    expect(ended.out).toContain(`staging-${w.short} → production\n`);
    expect(ended.out).toMatch(/^Changes: 1 commit <.*\/compare\/.*> since production, by ada$/m);
    const [, tags = ''] = ended.out.split('\nTags to move\n');
    expect(tags.split('\n').filter((line) => line.startsWith('  - '))).toEqual([
      expect.stringMatching(new RegExp(`- rollback-<time>-release: .* ${old}$`)),
      expect.stringMatching(new RegExp(`- main-staging-${w.short}: .* → ${image}$`)),
      `  - main: ${old} → ${image}`,
      `  - latest: ${old} → ${image}`,
    ]);
    expect(jsonOf(await w.cli(`plan ${w.ref(`staging-${w.short}`)} --to production --json`))).toMatchObject({
      outcome: 'approval',
      approvals: { required: 1, role: 'write', selfApproval: false },
    });
    expect({ code: ended.code, err: ended.err }).toEqual({ code: 0, err: '' });
  });

  test('asks for as many approvals as the operator does', async () => {
    const env = { MIN_APPROVALS: 'production=2', FORBID_SELF_APPROVAL: 'production' };
    const ended = await w.cli(`plan ${w.ref('staging')} --json`, { env });
    expect(jsonOf(ended)).toMatchObject({
      outcome: 'approval',
      approvals: { required: 2, selfApproval: false },
      message: expect.stringContaining('MIN_APPROVALS'),
    });
  });

  test('writes nothing, neither there nor here', async () => {
    const before = w.registry.tags(IMAGE);
    const asked = w.registry.requests.length;
    const told = w.world.github.requests.length;
    await w.cli(`plan ${w.ref('staging')} --as v2.0.0 --force --reason x`);
    expect(w.registry.requests.slice(asked).filter(({ method }) => method !== 'GET' && method !== 'HEAD')).toEqual([]);
    const posts = w.world.github.requests.slice(told).filter(({ method }) => method !== 'GET');
    expect(posts.map(({ path }) => path)).toEqual([expect.stringMatching(/access_tokens$/)]);
    expect(w.registry.tags(IMAGE)).toEqual(before);
    expect(await w.world.audit()).toEqual(new Map());
  });

  test('plans without the App as far as possible, and says what is missing', async () => {
    const ended = await w.bare(`plan ${w.ref(`staging-${w.short}`)}`);
    expect(ended.out).toContain(`  - main-staging-${w.short}: `);
    expect(ended.out).toContain(`(${REASON}; ${NO_DATABASE}`);
    expect(jsonOf(await w.bare(`plan ${w.ref(`staging-${w.short}`)} --json`))).toMatchObject({
      outcome: 'incomplete',
      databaseRead: false,
    });
    expect(rowOf(ended, 'History ')).toContain('DATABASE_URL');
    expect(ended.code).toBe(0);
  });

  test('takes a version, force and a reason into the plan', async () => {
    const reason = ['--reason', 'fixes the login page'];
    const ended = await w.cli(['plan', w.ref('staging'), '--as', '1.2.3', '--force', ...reason, '--json']);
    expect(jsonOf(ended)).toMatchObject({
      outcome: 'approval',
      environment: 'production',
      tags: [
        { tag: 'rollback-<time>-fixes-the-login-page', kind: 'rollback', from: null, to: w.old.digest },
        { tag: `main-staging-${w.short}`, kind: 'permanent', from: null, to: w.image.digest },
        { tag: 'v1.2.3', kind: 'permanent' },
        { tag: 'main', kind: 'floating', from: w.old.digest, to: w.image.digest },
        { tag: 'latest', kind: 'floating' },
      ],
      approvals: { required: 1, role: 'write', users: [], selfApproval: false, apps: [], contributors: 'warn' },
      databaseRead: true,
      open: [],
    });
  });

  test('warns of a version that skips major versions', async () => {
    w.world.registry.setTag(IMAGE, 'v1.4.2', w.old.digest);
    const args = ['plan', w.ref('staging'), '--as', '999.0.0'];
    expect(jsonOf(await w.cli([...args, '--json']))).toMatchObject({
      outcome: 'approval',
      findings: expect.arrayContaining([expect.objectContaining({ rule: 'version-jump', outcome: 'warn' })]),
    });
    expect((await w.cli(args)).out).toMatch(/v999\.0\.0`? skips .*v1\.4\.2/);
  });

  test.each([
    ['what production holds', (): string => w.ref(w.old.digest), { outcome: 'nothing-to-do' }],
    ['a tag that is no source', (): string => w.ref('main'), { outcome: 'refused', refusal: 'not-a-source' }],
    [
      'a staging tag that is not there',
      (): string => w.ref('staging-0000000'),
      { outcome: 'refused', refusal: 'source-not-found' },
    ],
  ])('%s is a no', async (_, image, expected) => {
    const json = await w.cli(`plan ${image()} --json`);
    const { message } = z.object({ message: z.string().min(1) }).parse(jsonOf(json));
    expect(jsonOf(json)).toMatchObject(expected);
    expect(json.code).toBe(1);
    const text = await w.cli(`plan ${image()}`);
    expect(text.out.replaceAll(/\s+/g, ' ')).toContain(message.replaceAll(/\s+/g, ' '));
    expect(text.code).toBe(1);
  });

  test('refuses another environment, and another repository’s image', async () => {
    const canary = await w.cli(`plan ${w.ref('staging')} --to canary`);
    const refusal = { code: 'environment-unknown', typed: 'canary', environments: ['production'] } as const;
    expect(canary.out).toContain(renderRefusal(refusal).replaceAll('`', ''));
    const foreign = await w.cli(`plan ${w.ref('staging')} --repo acme/other`);
    expect(foreign.out).toContain('acme/other');
    const json = await w.cli(`plan ${w.ref('staging')} --repo acme/other --json`);
    expect(jsonOf(json)).toMatchObject({ outcome: 'refused', refusal: 'other-image' });
    expect([canary.code, foreign.code]).toEqual([1, 1]);
  });

  test('an image that fails its checks would be refused', async () => {
    const { commit } = w;
    const image = buildImage({
      declaredLayerSizes: [120_000_000],
      labels: { 'org.opencontainers.image.revision': commit, 'org.opencontainers.image.source': 'https://evil.io/x/y' },
      seed: 'foreign',
    });
    w.registry.addImage({ repository: IMAGE, tag: 'staging-foreign', image });
    const ended = await w.cli(`plan ${w.ref('staging-foreign')} --force`);
    expect(ended.out).toContain('org.opencontainers.image.source = https://github.com/acme/dotca');
    expect(ended.code).toBe(1);
    expect(jsonOf(await w.cli(`plan ${w.ref('staging-foreign')} --force --json`))).toMatchObject({
      outcome: 'checks-failed',
      findings: expect.arrayContaining([expect.objectContaining({ rule: 'source', outcome: 'fail' })]),
    });
  });
});

describe('tags', () => {
  beforeAll(() => {
    w.registry.setTag(IMAGE, `main-staging-${w.short}`, w.old.digest);
    w.registry.setTag(IMAGE, 'rollback-20261124-090000-release', w.old.digest);
    w.registry.setTag(IMAGE, 'v1.2.3', w.old.digest);
    w.registry.setTag(IMAGE, `sha256-${w.old.digest.slice(7)}.sig`, w.image.digest);
    w.registry.setTag(IMAGE, `sha256-${w.image.digest.slice(7)}`, w.image.digest);
    const created = new Date(START - 5 * 60 * 60 * 1000).toISOString();
    const fresh = buildImage({ declaredLayerSizes: [120_000_000], cmd: ['x'], created, seed: 'fresh' });
    w.registry.addImage({ repository: IMAGE, tag: 'staging-fffffff', image: fresh });
  });

  test('lists images, the newest first, with what each tag is there for', async () => {
    const ended = await w.cli(`tags ${w.registry.host}/${IMAGE}`, { width: 80 });
    const hex = w.old.digest.slice(7, 19);
    const [first, second] = ended.out.split('\n');
    expect(first).toMatch(/^IMAGE +AGE +COMMIT +FOR +TAG +HISTORY$/);
    expect(second).toMatch(/^[0-9a-f]{12} +5h +\? +staging +staging-fffffff$/);
    const rows = ended.out.split('\n');
    const at = rows.findIndex((row) => row.startsWith(hex));
    expect(rows.slice(at, at + 8).map((row) => row.trim().split(/ +/))).toEqual([
      [hex, '22d', expect.stringMatching(/^[0-9a-f]{7}$/), 'production', 'main', 'in', 'production:', 'no'],
      ['report'],
      ['production', 'latest'],
      ['version', 'v1.2.3'],
      ['version', 'v1.4.2'],
      ['staging', expect.stringMatching(/^staging-[0-9a-f]{7}$/)],
      ['permanent', `main-staging-${w.short}`],
      ['rollback', 'rollback-20261124-090000-release'],
    ]);
    expect(ended.out).toMatch(/\n\n2 .*\n/);
    expect(ended.out).not.toContain('sha256-');
    expect(widthOf(ended.out)).toBeLessThanOrEqual(80);
    expect(ended.code).toBe(0);
  });

  test('gives a script digests in full', async () => {
    const ended = await w.bare(`tags ${IMAGE} --json`);
    const Shape = z.object({
      images: z.array(z.object({ digest: z.string(), builtAt: z.string().nullable(), tags: z.array(z.unknown()) })),
      hiddenTags: z.number(),
      total: z.number(),
    });
    const { images, hiddenTags, total } = Shape.parse(jsonOf(ended));
    expect(images.find(({ digest }) => digest === w.old.digest)?.tags[0]).toEqual({
      tag: 'main',
      kind: 'environment',
      environment: 'production',
    });
    expect({ hiddenTags, total }).toEqual({ hiddenTags: 2, total: images.length });
  });

  test('leaves older images out, and says so', async () => {
    const ended = await w.bare(`tags ${IMAGE} --limit 1`);
    expect(ended.out).toMatch(/\n\n\d+ .*--limit\b.*\n/);
    expect(ended.out.split('\n').filter((line) => /^[0-9a-f]{12}/.test(line))).toHaveLength(1);
  });

  test('tags of artifacts that are not images are listed too', async () => {
    w.registry.addImage({ repository: 'acme/broken', tag: 'v1.0.0', image: w.image });
    for (const { digest } of w.image.children) w.registry.deleteManifest('acme/broken', digest);
    const ended = await w.bare('tags acme/broken --json');
    expect(jsonOf(ended)).toMatchObject({
      images: [{ builtAt: null, commit: null, tags: [{ tag: 'v1.0.0', kind: 'version' }] }],
    });
  });

  test('a repository that is not there, or holds nothing to show, is a no', async () => {
    expect(await w.bare('tags acme/nothing')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('NAME_UNKNOWN'),
    });
    w.registry.addImage({ repository: 'acme/only-signed', tag: `sha256-${'a'.repeat(64)}.sig`, image: w.image });
    const ended = await w.bare('tags acme/only-signed');
    expect(ended).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/^imprimatur tags: .*\/acme\/only-signed\b/),
    });
    expect(jsonOf(await w.bare('tags acme/only-signed --json'))).toMatchObject({ hiddenTags: 1, images: [] });
  });
});

describe('diff', () => {
  test('shows size, layers, platforms, config and labels', async () => {
    const base = { labels: { a: '1', b: '2' }, cmd: ['node', 'server.js'], seed: 'same' };
    const from = buildImage({ ...base, declaredLayerSizes: [100_000_000, 20_000_000] });
    const to = buildImage({
      ...base,
      platforms: ['linux/amd64', 'linux/s390x'],
      declaredLayerSizes: [100_000_000, 30_000_000],
      cmd: ['node', 'server.js', '--title', 'a b'],
      labels: { a: '1', b: '3', c: '4' },
      user: '65532',
    });
    w.registry.addImage({ repository: IMAGE, tag: 'from', image: from });
    w.registry.addImage({ repository: IMAGE, tag: 'to', image: to });
    const ended = await w.bare(`diff ${w.ref('from')} ${w.ref('to')}`);
    expect(ended.out.replace(from.digest, '<from>').replace(to.digest, '<to>')).toMatchInlineSnapshot(`
      "From     <from>
      To       <to>
      Removed  linux/arm64
      Added    linux/s390x

      PLATFORM     SIZE                      LAYERS
      linux/amd64  120 MB → 130 MB (+10 MB)  1 shared, 1 removed, 1 added (30 MB to pull)

      cmd
        - node server.js
        + node server.js --title "a b"
      user
        + 65532
      label b
        - 2
        + 3
      label c
        + 4
      "
    `);
    expect(ended.code).toBe(0);
    const json = await w.bare(`diff ${w.ref('from')} ${w.ref('to')} --json`);
    expect(jsonOf(json)).toMatchObject({
      from: from.digest,
      to: to.digest,
      same: false,
      added: ['linux/s390x'],
      removed: ['linux/arm64'],
      platforms: [{ platform: 'linux/amd64', layers: { shared: 1, removed: 1, added: 1, addedBytes: 30_000_000 } }],
    });
  });

  test('two tags of one image are the same', async () => {
    const ended = await w.bare(`diff ${w.ref('main')} ${w.ref('latest')}`);
    expect(ended).toEqual({ code: 0, out: expect.stringMatching(new RegExp(`^.*${w.old.digest}\n$`)), err: '' });
    expect(jsonOf(await w.bare(`diff ${w.ref('main')} ${w.ref('latest')} --json`))).toMatchObject({ same: true });
  });

  test('an image that is not there is a no', async () => {
    const ended = await w.bare(`diff ${w.ref('main')} ${w.ref('nope')}`);
    expect(ended).toMatchObject({ code: 1, out: '' });
    expect(ended.err).toMatch(/^imprimatur diff: .*\/acme\/dotca:nope\b.*\n$/);
  });
});

describe('a policy file', () => {
  test('decides which tags are planned, who is asked, and what tags are for', async () => {
    write(`images: ["${w.registry.host}/${IMAGE}"]
environments:
  canary: { approvals: { required: 0 } }
  qa: { approvals: { required: 2, users: [mia, bob] } }
`);
    const canary = await w.cli(`plan ${w.ref('staging')} --to canary`);
    expect(rowOf(canary, 'Policy ')).toMatch(/^Policy +\.github\/promotion\.yml \([0-9a-f]{12}\)$/);
    expect(canary.out).toContain('\n  - canary: new → ');
    expect(jsonOf(await w.cli(`plan ${w.ref('staging')} --to canary --json`))).toMatchObject({
      outcome: 'no-approval',
    });
    const qa = await w.cli(`plan ${w.ref('staging')} --to qa`);
    expect(jsonOf(await w.cli(`plan ${w.ref('staging')} --to qa --json`))).toMatchObject({
      approvals: { required: 2, role: null, users: ['mia', 'bob'] },
    });
    expect([canary.code, qa.code]).toEqual([0, 0]);
    w.registry.setTag(IMAGE, 'canary', w.image.digest);
    const list = await w.cli(`tags ${IMAGE}`);
    expect(list.out).toMatch(/ canary +canary +in canary: no report\n/);
    expect(list.out).toMatch(/ other +latest\n/);
  });

  test('that can’t be read stops plans, and every command reports it', async () => {
    write('enviroments: {}\n');
    const plan = await w.cli(`plan ${w.ref('staging')} --json`);
    expect(jsonOf(plan)).toMatchObject({ outcome: 'refused', refusal: 'policy-unreadable' });
    expect(plan.code).toBe(1);
    const place = policyProblemWords({ code: 'tab-indent', line: 1, column: 1, path: 'enviroments' }).split(':')[0];
    for (const line of [`inspect ${w.ref('staging')}`, `tags ${IMAGE}`]) {
      const { out } = await w.cli(line);
      expect(out).toMatch(/^Policy\b.*\.github\/promotion\.yml\b/m);
      expect(out).toContain(`\n  ${place}`);
      expect(jsonOf(await w.cli(`${line} --json`))).toMatchObject({ policy: 'none' });
    }
  });

  test('that GitHub can’t return ends the command: the policy is unknown', async () => {
    w.world.github.failNext({ path: /\/contents\//, status: 502, times: 10 });
    const { code, out, err } = await w.cli(`plan ${w.ref('staging')}`);
    w.world.github.clearFaults();
    expect(err).toMatch(/^imprimatur plan: .*\.github .*\bacme\/dotca\b.*HTTP 502/);
    expect({ code, out }).toEqual({ code: 1, out: '' });
  });
});

test('the words of these commands', async () => {
  const sentences: string[] = [];
  const note = (text: string): void => {
    const plain = text
      .replaceAll(w.registry.host, '<host>')
      .replaceAll(w.folder, '<folder>')
      .replaceAll(/(?<=sha256:)[0-9a-f]+/g, '<hex>')
      .replaceAll(/\([0-9a-f]{12}\)/g, '(<blob>)')
      .replaceAll(new RegExp(`${w.short}(?:${w.commit.slice(7)})?`, 'g'), '<commit>')
      .replaceAll(/\b\d+(?= older)/g, '<n>');
    sentences.push(plain.trimEnd());
  };
  const rows = ({ out }: Ended, words: readonly string[]): void =>
    words.forEach((word) => note(must(out.split('\n').find((line) => line.startsWith(word)))));
  const planned = async (words: string): Promise<void> => {
    const { message } = z.object({ message: z.string() }).parse(jsonOf(await w.cli(`plan ${words} --json`)));
    note(message);
  };
  write(`images: ["${w.registry.host}/${IMAGE}"]\nenvironments: { late: {}, early: { approvals: { required: 0 } } }\n`);
  const staged = `staging-${w.short}`;
  await planned(`${w.ref(staged)} --to late`);
  await planned(`${w.ref(staged)} --to early`);
  await planned(`${w.ref('staging-foreign')} --to late`);
  await planned(`${w.ref('staging')} --repo acme/other`);
  note((await w.cli(`tags ${IMAGE} --limit 1`)).out.split('\n\n').at(-1) ?? '');
  note((await w.cli('tags acme/only-signed')).err);
  note((await w.cli(`diff ${w.ref('main')} ${w.ref('main')}`)).out);
  note((await w.cli(`inspect ${w.ref('nope')}`)).err);
  note((await w.bare('inspect localhost:5000/dotca:x')).err.split('\n')[0] ?? '');
  rows(await w.bare(`plan ${w.ref(staged)}`), ['Policy', 'History']);
  rows(await w.cli(`inspect ${w.ref('staging')} --repo elsewhere/app`), ['Policy']);
  write('enviroments: {}\n');
  const unreadable = await w.cli(`inspect ${w.ref(staged)}`);
  rows(unreadable, ['Digest', 'Commit', 'Repo', 'Policy']);
  // Its mistakes stand in the snapshot of their own words.
  note(must(unreadable.out.split('\n\n').at(-1)?.split('\n')[0]));
  expect(sentences.join('\n')).toMatchSnapshot();
});

function write(text: string): void {
  w.repo.commitOn('main', { message: 'Policy', files: { '.github/promotion.yml': text } });
}
