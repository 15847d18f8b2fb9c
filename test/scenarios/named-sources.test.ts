// Long names in `/promote` and `/rollback to`: the own image and the own commits are understood, and make nothing promotable.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildImage } from '../support/registry/images.ts';
import { refused } from './answers.ts';
import { begin, type Conversation, type Said } from './conversation.ts';
import { write } from './policy-world.ts';
import { IMAGE, stage } from './world.ts';

const PAGE = 'https://github.com/acme/dotca';

let talk: Conversation;
let planted: string;
beforeAll(async () => {
  talk = await begin();
  const image = buildImage({ seed: 'planted' });
  planted = image.digest;
  talk.world.registry.addImage({ repository: IMAGE, tag: 'pr-7', image });
});
afterAll(async () => {
  await talk.world.end();
  await talk.world.close();
});

/** What became of `/promote <source>`; it is withdrawn again. */
async function promote(source: string): Promise<Said & { readonly card: string }> {
  const issue = talk.openIssue();
  const said = await talk.say('ada', `/promote ${source}`, issue);
  const card = talk.repo.comments(issue).find(({ body }) => body.includes('### '))?.body ?? '';
  await talk.say('ada', '/cancel', issue);
  return { ...said, card };
}

type Names = { readonly host: string; readonly tag: string; readonly digest: string; readonly commit: string };

function names(): Names {
  const { world, short, image, commit } = talk;
  return { host: world.registry.host, tag: `staging-${short}`, digest: image.digest, commit };
}

describe('understood', () => {
  test.each<[string, (names: Names) => string]>([
    ['the image by its tag', ({ host, tag }) => `${host}/acme/dotca:${tag}`],
    ['by its digest', ({ host, digest }) => `${host}/acme/dotca@${digest}`],
    ['by both', ({ host, tag, digest }) => `${host}/acme/dotca:${tag}@${digest}`],
    ['in upper case', ({ host, tag }) => `${host}/ACME/Dotca:${tag}`],
    ['in backticks', ({ host, tag }) => `\`${host}/acme/dotca:${tag}\``],
    ['without its host', ({ tag }) => `acme/dotca:${tag}`],
    ['by its last name', ({ digest }) => `dotca@${digest}`],
    ['the address of the commit', ({ commit }) => `${PAGE}/commit/${commit}`],
    ['with what follows it', ({ commit }) => `${PAGE}/commit/${commit}?w=1#diff-0`],
    ['on www', ({ commit }) => `https://www.github.com/acme/dotca/commit/${commit.slice(0, 7)}`],
    ['as a link of Markdown', ({ commit }) => `<${PAGE}/commit/${commit}>`],
    ['in a pull request', ({ commit }) => `${PAGE}/pull/3/commits/${commit}`],
    ['as GitHub shortens it', ({ commit }) => `acme/dotca@${commit.slice(0, 7)}`],
  ])('%s', async (_name, source) => {
    const { tag, digest } = names();
    const { card, reactions } = await promote(source(names()));
    expect(reactions).toEqual(['eyes', 'rocket']);
    expect(card).toContain(` · \`${tag}\` → \`production\``);
    expect(card).toContain(`\`${digest}\``);
  });
});

describe('refused', () => {
  test.each<[string, (names: Names) => string, () => object]>([
    [
      'another image of the registry',
      ({ host, tag }) => `${host}/acme/other:${tag}`,
      () => refused('not-own-image', { image: `${talk.world.registry.host}/acme/dotca` }),
    ],
    ['the same name on another host', ({ tag }) => `evil.example/acme/dotca:${tag}`, () => refused('not-own-image')],
    [
      'a commit of another repository',
      ({ commit }) => `https://github.com/acme/other/commit/${commit}`,
      () => refused('not-own-commit', { repo: 'acme/dotca', githubHost: 'github.com' }),
    ],
    [
      'on another host',
      ({ commit }) => `https://evil.example/acme/dotca/commit/${commit}`,
      () => refused('not-own-commit'),
    ],
    [
      'a tag that is no source',
      ({ host }) => `${host}/acme/dotca:pr-7`,
      () => refused('not-a-source', { typed: 'pr-7' }),
    ],
    [
      'a digest that no staging tag holds',
      ({ host }) => `${host}/acme/dotca@${planted}`,
      () => refused('digest-not-staged', { digest: planted }),
    ],
    [
      'the same under a tag that holds it and is no source',
      ({ host }) => `${host}/acme/dotca:pr-7@${planted}`,
      () => refused('not-a-source', { typed: 'pr-7' }),
    ],
    [
      'a staged digest under a tag that is no source',
      ({ digest }) => `dotca:main@${digest}`,
      () => refused('not-a-source', { typed: 'main' }),
    ],
    [
      'a staging tag that holds another digest',
      ({ tag }) => `dotca:${tag}@${talk.old.digest}`,
      () => refused('tag-holds-another', { named: talk.old.digest, holds: talk.image.digest }),
    ],
    [
      'a commit without an image',
      () => `${PAGE}/commit/0123456789`,
      () => refused('source-not-found', { typed: '0123456789' }),
    ],
  ])('%s', async (_name, source, answer) => {
    const { card, reactions, answers } = await promote(source(names()));
    expect({ card, reactions }).toEqual({ card: '', reactions: ['eyes', '-1'] });
    expect(answers).toMatchObject([answer()]);
  });

  test('a digest is not waited for: what the build brings under the tag may be another', async () => {
    const young = talk.repo.commitOn('staging', { message: 'Young' });
    const { card, answers } = await promote(`dotca:staging-${young.slice(0, 7)}@${planted}`);
    expect(card).toBe('');
    expect(answers).toMatchObject([refused('source-not-found')]);
    const waiting = await promote(`${PAGE}/commit/${young}`);
    expect(waiting.reactions).toEqual(['eyes', 'rocket']);
  });

  test('a link, since it may show another commit than it leads to', async () => {
    const { card, answers } = await promote(`[${talk.short}](${PAGE}/commit/${talk.commit})`);
    expect(card).toBe('');
    expect(answers).toMatchObject([{ kind: 'mistake', mistake: { code: 'link-as-source' } }]);
  });
});

test('a rollback takes the own image by its name, and no other', async () => {
  const issue = talk.openIssue();
  const { host } = talk.world.registry;
  await talk.say('ada', `/promote staging-${talk.short}`, issue);
  await talk.approve('bob', undefined, issue);
  const foreign = await talk.say('mia', `/rollback to ${host}/acme/other@${talk.old.digest} --reason "x"`, issue);
  expect(foreign.answers).toMatchObject([refused('not-own-image')]);
  const wrong = await talk.say('mia', `/rollback to dotca:main@${talk.old.digest} --reason "x"`, issue);
  expect(wrong.answers).toMatchObject([refused('tag-holds-another', { holds: talk.image.digest })]);
  expect(talk.production().main).toBe(talk.image.digest);
  await talk.say('mia', `/rollback to ${host}/acme/dotca@${talk.old.digest} --reason "x"`, issue);
  expect(talk.production().main).toBe(talk.old.digest);
});

test('a former name of the repository counts in the address of a commit', async () => {
  const { world, repo } = talk;
  const commit = repo.commitOn('staging', { message: 'Last' });
  stage(world, { commit });
  await repo.settings.rename('dot-ca');
  await world.drain();
  write(talk, `images: ["${world.registry.host}/${IMAGE}"]`);
  for (const name of ['dotca', 'dot-ca']) {
    const { reactions, card } = await promote(`https://github.com/acme/${name}/commit/${commit}`);
    expect(reactions).toEqual(['eyes', 'rocket']);
    expect(card).toContain(`staging-${commit.slice(0, 7)}`);
  }
});
