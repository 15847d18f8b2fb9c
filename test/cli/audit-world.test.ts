// The audit trail of a promotion that happened: shown, compared with what GitHub keeps of it, and copied.
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { stage } from '../scenarios/world.ts';
import { widthOf } from './harness.ts';
import { startImageWorld, type ImageWorld } from './image-world.ts';

const Verified = z.object({
  repos: z.array(z.object({ verification: z.object({ head: z.object({ hash: z.string() }) }) })),
});
const Shown = z.object({ rows: z.array(z.object({ seq: z.number() })) });

let w: ImageWorld;

beforeEach(async () => {
  w = await startImageWorld();
  const issue = w.repo.openIssue({ title: 'Release', by: 'ada' });
  await w.repo.comment({ issue, by: 'ada', body: `/promote staging-${w.short} --reason "fixes the login page"` });
  await w.world.drain();
  await w.repo.comment({ issue, by: 'bob', body: '/approve P1' });
  await w.world.drain();
});
afterEach(async () => {
  expect(w.world.github.violations).toEqual([]);
  await w.close();
});

function tamper(sql: string): void {
  const database = new DatabaseSync(w.databaseUrl.slice('sqlite:'.length), { enableForeignKeyConstraints: false });
  database.exec(sql);
  database.close();
}

/** Whoever writes to the database can also compute a new chain for what is left: then it is whole in itself. */
const CUT_OFF = `DELETE FROM audit WHERE seq > 3;
  UPDATE repos SET audit_seq = 3, audit_hash = (SELECT hash FROM audit WHERE seq = 3)`;

test('all heads that cards and check runs print match', async () => {
  const { code, out } = await w.cli('audit verify --anchors');
  const [chain, github] = out.split('\n');
  const [, head] = /^acme\/dotca: 5 .*\b(5·[0-9a-f]{8})\b/.exec(chain ?? '') ?? [];
  expect(github).toMatch(new RegExp(`^acme/dotca: 2 .*\\b${head}\\b`));
  expect(code).toBe(0);
  const json = await w.cli('audit verify --anchors --json');
  expect(JSON.parse(json.out)).toMatchObject({
    intact: true,
    repos: [{ anchors: { heads: 2, newest: { seq: 5, hashStart: head?.slice(2) }, problems: [], all: true } }],
  });
});

test('a chain with a cut-off end is intact in itself, but not against GitHub', async () => {
  tamper(CUT_OFF);
  expect((await w.cli('audit verify')).code).toBe(0);
  const { code, out } = await w.cli('audit verify --anchors');
  const [, card, run] = out.split('\n');
  expect(card).toMatch(/^acme\/dotca: .* 5·[0-9a-f]{8}: https:\S+#issuecomment-\d+$/);
  expect(run).toMatch(/^acme\/dotca: .* 5·[0-9a-f]{8}: https:\S+\/runs\/\d+$/);
  expect(code).toBe(1);
  const json = await w.cli('audit verify --anchors --json');
  const beyond = { head: { seq: 5 }, found: null };
  expect(JSON.parse(json.out)).toMatchObject({ intact: false, repos: [{ anchors: { problems: [beyond, beyond] } }] });
});

test('a row that differs from the printed head is named', async () => {
  tamper(`UPDATE audit SET hash = replace(hash, substr(hash, 1, 8), '00000000') WHERE seq = 5`);
  const { code, out } = await w.cli('audit verify --anchors --json');
  expect(JSON.parse(out)).toMatchObject({
    intact: false,
    repos: [{ repo: 'acme/dotca', intact: false, anchors: { heads: 2, problems: [{ found: '00000000' }, {}] } }],
  });
  expect(code).toBe(1);
});

test('heads in comments of others do not count', async () => {
  const issue = w.repo.openIssue({ title: 'Prank', by: 'ron' });
  await w.repo.comment({ issue, by: 'ron', body: '<!-- imprimatur P1 -->\nx\n\n<sub>audit 5·deadbeef</sub>' });
  await w.world.drain();
  expect((await w.cli('audit verify --anchors')).code).toBe(0);
});

test('if the comment or the check run is deleted, the other one is compared', async () => {
  const [card] = w.repo.comments(1).filter(({ byApp }) => byApp);
  if (card === undefined) throw new Error('no card');
  await w.repo.deleteComment({ comment: card.id, by: 'mia' });
  const { out } = await w.cli('audit verify --anchors --json');
  expect(JSON.parse(out)).toMatchObject({ intact: true, repos: [{ anchors: { heads: 1, newest: { seq: 5 } } }] });
});

test('a noted head is compared: the right one, another one, and one beyond the end', async () => {
  const { out } = await w.cli('audit verify --json');
  const [found] = Verified.parse(JSON.parse(out)).repos;
  const hash = found?.verification.head.hash ?? '';
  const hashStart = hash.slice(0, 8);
  expect(await notedHead(`--head 5:${hashStart}`)).toEqual({ code: 0, head: { seq: 5, hashStart }, found: hashStart });
  const printed = await w.cli(`audit verify --head 5·${hashStart} --repo acme/dotca`);
  expect(printed.code).toBe(0);
  expect(await notedHead('--head 2:abcdabcd')).toEqual({
    code: 1,
    head: { seq: 2, hashStart: 'abcdabcd' },
    found: expect.stringMatching(/^[0-9a-f]{8}$/),
  });
  expect(await notedHead('--head 9:abcdabcd')).toEqual({
    code: 1,
    head: { seq: 9, hashStart: 'abcdabcd' },
    found: null,
  });
});

async function notedHead(flag: string): Promise<object> {
  const { code, out } = await w.cli(`audit verify ${flag} --json`);
  const noted = z.object({ head: z.object({ seq: z.number(), hashStart: z.string() }), found: z.string().nullable() });
  const [repo] = z.object({ repos: z.array(z.object({ noted })) }).parse(JSON.parse(out)).repos;
  return { code, ...repo?.noted };
}

test('the words of a comparison with GitHub and with a noted head', async () => {
  const words = async (flags: string): Promise<string> => {
    const { out } = await w.cli(`audit verify ${flags}`);
    return out.replaceAll(/(?<=[· ])(?!abcdabcd)[0-9a-f]{8}\b|https:\S+/g, '<…>');
  };
  const { out } = await w.cli('audit verify --json');
  const hash = Verified.parse(JSON.parse(out)).repos[0]?.verification.head.hash ?? '';
  const lines = [await words('--anchors')];
  for (const head of [`5:${hash.slice(0, 8)}`, '2:abcdabcd', '9:abcdabcd']) lines.push(await words(`--head ${head}`));
  const [card] = w.repo.comments(1).filter(({ byApp }) => byApp);
  await w.repo.deleteComment({ comment: card?.id ?? 0, by: 'mia' });
  lines.push(await words('--anchors'));
  tamper(CUT_OFF);
  lines.push(await words('--anchors'));
  const { err } = await w.bare('audit verify --anchors');
  lines.push(`${err.split('\n')[0]}\n`, (await w.cli('audit show P2')).err);
  expect(lines.join('')).toMatchSnapshot();
});

test.each([
  ['a head without a hash', 'audit verify --head 5', /"5".* --head: .*<seq:hash>/],
  ['a head of eight other characters', 'audit verify --head 5:abcdefgh', /"5:abcdefgh".* --head: .*<seq:hash>/],
  ['a promotion by its bare number', 'audit show 1', /"1".*<digest\|P12>/],
])('%s is a mistake', async (_, line, named) => {
  const { code, err } = await w.cli(line);
  expect(err).toMatch(named);
  expect(code).toBe(2);
});

test('anchors need the App', async () => {
  const { code, err } = await w.bare('audit verify --anchors');
  expect(err).toMatch(/--anchors\b.*\bAPP_ID\b/);
  expect(code).toBe(2);
});

test('a promotion is shown from its request to the moved tags', async () => {
  const { code, out } = await w.cli('audit show p1', { width: 80 });
  const [old, image] = [w.old, w.image].map(({ digest }) => `${digest.slice(0, 19)}…`);
  expect(out.split('\n').filter((line) => /^\d/.test(line))).toEqual([
    '1  2026-11-24 09:00 UTC  P1  requested by ada',
    '2  2026-11-24 09:00 UTC  P1  examined',
    '3  2026-11-24 09:00 UTC  P1  reviewed by bob',
    '4  2026-11-24 09:00 UTC  P1  applying',
    '5  2026-11-24 09:00 UTC  P1  promoted',
  ]);
  expect(out).toContain('\n     reason: fixes the login page\n');
  expect(out).toMatch(/\n {5}url: https:\/\/github\.com\/acme\/dotca\/issues\/1#issuecomment-\d+\n/);
  expect(out).toMatch(/\n {7}warn healthcheck \(linux\/arm64\): .+\n/);
  expect(out).toContain(`\n       main: ${old} → ${image}\n`);
  expect(out).not.toContain('pass');
  // A digest in full is wider than the rest; it is what people copy.
  expect(widthOf(out.replaceAll(/\S+@sha256:\S+/g, ''))).toBeLessThanOrEqual(80);
  expect(code).toBe(0);
});

test('for a digest, all rows of its promotion are shown; for a replaced one, the rows that name it', async () => {
  const seqs = async (digest: string): Promise<readonly number[]> => {
    const { out } = await w.cli(`audit show ${digest} --json`);
    return Shown.parse(JSON.parse(out)).rows.map(({ seq }) => seq);
  };
  expect(await seqs(w.image.digest)).toEqual([1, 2, 3, 4, 5]);
  expect(await seqs(w.old.digest)).toEqual([4, 5]);
});

test('an image that nobody promoted exits with 1', async () => {
  const { code, out, err } = await w.cli('audit show P2');
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(/^imprimatur audit show: .*\bP2\n$/);
});

test('a row with foreign content is shown unchanged', async () => {
  tamper(`UPDATE audit SET entry = 'P1 \u001b[31m ' || entry WHERE seq = 5`);
  const { out } = await w.cli(`audit show ${w.image.digest}`);
  expect(out).toMatch(/^5 {2}\w+: P1 /m);
  expect(out).not.toContain('\u001b');
});

test('a plan knows promotions in progress', async () => {
  const commit = w.repo.commitOn('staging', { message: 'Newer' });
  const short = commit.slice(0, 7);
  stage(w.world, { commit });
  const issue = w.repo.openIssue({ title: 'Next', by: 'ada' });
  await w.repo.comment({ issue, by: 'ada', body: `/promote staging-${short}` });
  await w.world.drain();
  const { out } = await w.cli(`plan ${w.ref(`staging-${short}`)}`);
  expect(out).toContain(`\n  - /status P2: staging-${short} → production`);
});
