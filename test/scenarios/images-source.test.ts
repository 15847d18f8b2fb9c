// What `/promote <source>` means: which tag and digest are pinned, and which sources are refused.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Reply } from '../../src/domain/reply.ts';
import type { TestImage } from '../support/registry/images.ts';
import { mistaken, refused } from './answers.ts';
import { begin, shown, type Conversation } from './conversation.ts';
import { IMAGE, stage } from './world.ts';

let talk: Conversation;
beforeAll(async () => {
  talk = await begin();
});
afterAll(async () => {
  await talk.world.end();
  await talk.world.close();
});

/** A commit with an image under exactly these tags. */
function staged(tags: (commit: string) => readonly string[]): { readonly commit: string; readonly image: TestImage } {
  const { world, repo } = talk;
  const commit = repo.commitOn('staging', { message: 'Something' });
  const [first = 'staging', ...others] = tags(commit);
  const image = stage(world, { commit, tag: first });
  for (const tag of others) world.registry.setTag(IMAGE, tag, image.digest);
  return { commit, image };
}

type Promoted = { readonly card: string; readonly answers: readonly Reply[]; readonly reply: string };

/** What `/promote <source>` leads to; it is withdrawn again. */
async function promote(source: string): Promise<Promoted> {
  const issue = talk.openIssue();
  const said = await talk.say('ada', `/promote ${source}`, issue);
  const card = talk.repo.comments(issue).find(({ body }) => body.includes('### '))?.body ?? '';
  await talk.say('ada', '/cancel', issue);
  return { card, answers: said.answers, reply: said.replies.join('\n') };
}

type Case = readonly [
  name: string,
  tags: (commit: string) => readonly string[],
  source: (commit: string, digest: string) => string,
  tag: (commit: string) => string,
];

const short = (commit: string): string => `staging-${commit.slice(0, 7)}`;
const long = (commit: string): string => `staging-${commit}`;

describe('found', () => {
  test.each<Case>([
    ['a staging tag, literally', (c) => [short(c)], short, short],
    ['`staging` itself', () => ['staging'], () => 'staging', () => 'staging'],
    ['a staging tag that names no commit', () => ['staging-nightly'], () => 'staging-nightly', () => 'staging-nightly'],
    ['six digits', (c) => [short(c)], (c) => c.slice(0, 6), short],
    ['seven digits', (c) => [short(c)], (c) => c.slice(0, 7), short],
    ['seven digits in upper case', (c) => [short(c)], (c) => c.slice(0, 7).toUpperCase(), short],
    ['ten digits where the tag has seven', (c) => [short(c)], (c) => c.slice(0, 10), short],
    [
      'ten digits where the tag has ten',
      (c) => [long(c).slice(0, 18)],
      (c) => c.slice(0, 10),
      (c) => long(c).slice(0, 18),
    ],
    ['the full commit where the tag has seven', (c) => [short(c)], (c) => c, short],
    ['the full commit where the tag is full', (c) => [long(c)], (c) => c, long],
    ['seven digits where the tag is full', (c) => [long(c)], (c) => c.slice(0, 7), long],
    ['seven digits where short and full tag hold the same', (c) => [long(c), short(c)], (c) => c.slice(0, 7), short],
    [
      'seven digits where the tag is in upper case',
      (c) => [`staging-${c.slice(0, 7).toUpperCase()}`],
      (c) => c.slice(0, 7),
      (c) => `staging-${c.slice(0, 7).toUpperCase()}`,
    ],
    ['a digest that a commit tag holds', (c) => [short(c)], (_c, d) => d, short],
    ['a digest that `staging` and a commit tag hold', (c) => ['staging', short(c)], (_c, d) => d, short],
    ['a digest in backticks', (c) => [short(c)], (_c, d) => `\`${d}\``, short],
  ])('%s', async (_name, tags, source, tag) => {
    const { commit, image } = staged(tags);
    const { card } = await promote(source(commit, image.digest));
    expect(card).toContain(` · \`${tag(commit)}\` → \`production\``);
    expect(card).toMatch(/`\/approve P\d+ [0-9a-f]{12}`/);
    expect(card).toContain(`\`${image.digest}\``);
    expect(card).toContain(`[\`${commit.slice(0, 7)}\`](`);
  });
});

describe('refused', () => {
  test('hex that fits two digests lists both, each with the line that picks it', async () => {
    const { commit, image } = staged((sha) => [short(sha)]);
    const rebuilt = stage(talk.world, { commit, tag: long(commit), image: { seed: 'built again' } });
    for (const typed of [commit.slice(0, 6), commit]) {
      const { card, answers, reply } = await promote(typed);
      expect(card).toBe('');
      expect(answers).toMatchObject([refused('source-ambiguous', { typed })]);
      expect(reply).toContain(`- \`/promote ${short(commit)}\` · \`${shown(image.digest)}\``);
      expect(reply).toContain(`- \`/promote ${long(commit)}\` · \`${shown(rebuilt.digest)}\``);
    }
    expect((await promote(long(commit))).card).toContain(rebuilt.digest);
  });

  test('upper-case hex that is the literal tag of one image and the folded tag of another lists both', async () => {
    const { commit, image } = staged((sha) => [long(sha).slice(0, 18)]);
    const upper = commit.slice(0, 10).toUpperCase();
    const other = stage(talk.world, { commit, tag: `staging-${upper}`, image: { seed: 'shouted' } });
    const { reply } = await promote(upper);
    expect(reply).toContain(shown(image.digest));
    expect(reply).toContain(shown(other.digest));
  });

  test('hex without a staging tag shows what was tried', async () => {
    expect((await promote('0123456789')).answers).toMatchObject([
      refused('source-not-found', { typed: '0123456789', tried: ['staging-0123456789', 'staging-0123456'] }),
    ]);
  });

  test('a missing staging tag', async () => {
    expect((await promote('staging-0000000')).answers).toMatchObject([
      refused('source-not-found', { typed: 'staging-0000000' }),
    ]);
  });

  test('a digest that only a production tag holds', async () => {
    const { image } = staged((sha) => [short(sha)]);
    const released = stage(talk.world, { commit: talk.repo.commitOn('staging'), tag: 'v9' });
    talk.world.registry.setTag(IMAGE, 'staging', image.digest);
    expect((await promote(released.digest)).answers).toMatchObject([
      refused('digest-not-staged', { digest: released.digest }),
    ]);
  });

  test('a digest that the image does not have', async () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    expect((await promote(digest)).answers).toMatchObject([refused('digest-not-staged', { digest })]);
  });

  test.each([
    ['main', refused('not-a-source', { typed: 'main', prefixes: ['staging'] })],
    ['latest', refused('not-a-source', { typed: 'latest' })],
    ['v1.2.3', refused('not-a-source', { typed: 'v1.2.3' })],
    ['main-staging-abc1234', refused('not-a-source', { typed: 'main-staging-abc1234' })],
    ['abc12', mistaken('hex-length', { typed: 'abc12', length: 5 })],
    ['staging_', refused('not-a-source', { typed: 'staging_' })],
    ['sha256:abc', mistaken('invalid-digest', { typed: 'sha256:abc' })],
  ])('%s', async (source, answer) => {
    expect((await promote(source)).answers).toMatchObject([answer]);
  });

  test('the digest that production holds already', async () => {
    const held = talk.world.registry.tag(IMAGE, 'main') ?? '';
    expect((await promote(held)).answers).toMatchObject([
      refused('already-in-production', { digest: held, tags: ['main', 'latest'] }),
    ]);
  });

  test('a tag that names another commit than its image was built from fails the checks', async () => {
    const { image } = staged((sha) => [short(sha)]);
    talk.world.registry.setTag(IMAGE, 'staging-deadbee', image.digest);
    const { card } = await promote('deadbee');
    const number = Number(/ P(\d+) /.exec(card)?.[1] ?? '0');
    expect(await talk.state(number)).toBe('checks-failed');
    const failed = (await talk.findings(number)).filter((line) => line.startsWith('fail '));
    expect(failed).toEqual(['fail tag-commit']);
  });
});
