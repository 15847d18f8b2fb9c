// The card: when it is posted, what it tells, and that nobody's text can make it do anything.
import { afterEach, expect, test } from 'vitest';
import { blockKinds, githubWouldLink, inlineKinds, plainTexts, toHtml } from '../messages/rendered.ts';
import { begin, shown, type Conversation } from './conversation.ts';
import { stage } from './world.ts';

let talk: Conversation;
afterEach(async () => {
  await talk.world.close();
});

test('it is posted when the promotion first comes to rest, and edited in place from then on', async () => {
  talk = await begin();
  const { world, repo, issue } = talk;
  const cards = (): readonly (readonly [number, boolean])[] =>
    repo.comments(issue).flatMap(({ id, byApp, edited }) => (byApp ? [[id, edited] as const] : []));
  world.registry.quirks.html502 = { times: 1000, on: /^HEAD .*\/blobs\// };
  await talk.request();
  expect(cards()).toEqual([]);
  world.registry.quirks.html502 = { times: 0 };
  await world.pass(60_000, 10_000);
  const [first] = cards();
  expect(cards()).toEqual([[first?.[0], false]]);
  world.clock.turn(1000);
  await talk.click('bob', 'approve');
  expect(cards()).toEqual([[first?.[0], true]]);
  await world.end();
});

test('while it waits it shows the image, the people, the tags and the next command; afterwards the result and the deploy line', async () => {
  talk = await begin();
  const { world, repo, commit, short, image, old } = talk;
  await talk.say('ada', `/promote ${short} --reason "new login page"`);
  const run = repo.checkRuns(commit)[0]?.id;
  const waiting = talk.card();
  expect(await talk.told()).toBe('awaiting-approval');
  expect(waiting.split('\n')[0]).toContain(`### ● P1 · \`staging-${short}\` → \`production\` · `);
  for (const value of [
    `\`acme/dotca\``,
    `\`${image.digest}\``,
    `[\`${short}\`](https://github.com/acme/dotca/commit/${commit})`,
    '`ada`, 2026-11-24 09:00 UTC',
    'new login page',
    `- \`main\`: \`${shown(old.digest)}\` → \`${shown(image.digest)}\``,
    `- \`latest\`: \`${shown(old.digest)}\` → \`${shown(image.digest)}\``,
    `\`/approve P1 ${await talk.plan()}\``,
    '`/reject P1 <reason>`',
    `](https://github.com/acme/dotca/runs/${run})`,
    '`/cancel P1`',
  ]) {
    expect(waiting).toContain(value);
  }
  expect(waiting).toMatch(moveOf('rollback-<time>-new-login-page', old.digest));
  expect(waiting).toMatch(moveOf(`main-staging-${short}`, image.digest));
  world.clock.turn(61_000);
  await talk.click('bob', 'approve');
  const done = talk.card();
  for (const line of [
    `### ✓ P1 · \`staging-${short}\` → \`production\` · `,
    `DOCKER_IMAGE=${world.registry.host}/acme/dotca@${image.digest}`,
    `- \`latest\`: \`${shown(old.digest)}\` → \`${shown(image.digest)}\``,
    '`bob`, 2026-11-24 09:01 UTC',
  ]) {
    expect(done).toContain(line);
  }
  expect(done).toMatch(moveOf('rollback-20261124-090101-new-login-page', old.digest));
  expect((await talk.promotion()).reviews).toMatchObject([{ verdict: 'approve', via: 'check-run' }]);
  expect(done).not.toContain('/approve');
  await world.end();
});

test('it prints a head that the audit trail has, the newest in the end', async () => {
  talk = await begin();
  await talk.request();
  await talk.click('bob', 'approve');
  const rows = (await talk.world.audit()).get(talk.repo.id) ?? [];
  const last = rows.at(-1);
  expect(talk.card()).toContain(`audit ${last?.seq}·${last?.hash.slice(0, 8)}`);
  expect(talk.repo.checkRuns(talk.commit)[0]?.summary).toContain(`audit ${last?.seq}·${last?.hash.slice(0, 8)}`);
  await talk.world.end();
});

const HOSTILE = [
  '@acme/security and @bob',
  '![x](https://evil.example/x.png)',
  '[click](https://evil.example)',
  '<img src=x onerror=1><script>1</script>',
  'https://evil.example www.evil.example',
  '#1 GH-1 acme/dotca#1 deadbeefdeadbeef',
  '| a | b | ``` ` ```',
  '<!-- imprimatur P1 -->',
  '&#64;bob &lt;img&gt;',
  '\u202egnirts\u202c \u200b@\u200bbob',
] as const;

test.each(HOSTILE)('people’s texts can’t mention, link, show or break anything: %j', async (text) => {
  const plain = await plainCard();
  talk = await begin();
  const { world, repo } = talk;
  const reason = text.replaceAll('"', "'");
  await talk.say('ada', `/promote ${talk.short} --reason "${reason}"`);
  harmless(talk.card(1), plain);
  await talk.say('bob', `/reject P1 ${reason}`);
  harmless(talk.card(1), plain);
  const commit = repo.commitOn('staging', { message: text });
  stage(world, {
    commit,
    image: {
      labels: {
        'org.opencontainers.image.source': text,
        'org.opencontainers.image.revision': text,
      },
    },
  });
  await talk.say('ada', `/promote ${commit.slice(0, 7)}`);
  const rejected = talk.card(2);
  expect(await talk.told(2)).toBe('checks-failed');
  harmless(rejected, plain);
  const [list = ''] = (await talk.say('ada', '/promote')).replies;
  expect(mentionsOf(list)).toEqual([]);
  expect([...inlineKinds(list)].filter((kind) => /link|image|html/.test(kind))).toEqual([]);
  await world.end();
});

test('a failure mentions the requester once, in a line of its own, and nobody else ever', async () => {
  talk = await begin();
  const { world, repo, issue } = talk;
  await talk.request();
  world.registry.quirks.deny403 = [{ times: 1000, on: /^PUT / }];
  await talk.click('bob', 'approve');
  await world.pass(3_600_000, 600_000);
  const mentioning = repo
    .comments(issue)
    .filter(({ byApp, body }) => byApp && mentionsOf(body).length > 0)
    .map(({ body }) => body);
  expect(mentioning).toEqual([
    expect.stringMatching(
      /^<!-- imprimatur reply .* -->\n\n@ada \[P1\]\(https.*\): |^<!-- imprimatur reply .* -->\n\n@ada \[P1\]/,
    ),
  ]);
  expect(mentioning.flatMap(mentionsOf)).toEqual(['@ada']);
  expect(talk.card()).toMatch(/permission_denied|DENIED/);
  await world.end();
});

/** The line of a tag that is new, and of the digest that it gets. */
function moveOf(tag: string, digest: string): RegExp {
  return new RegExp(`^- \`${tag}\`: .*\`${shown(digest)}\``, 'm');
}

/** A card that no hostile text went into, of a world of its own. */
async function plainCard(): Promise<string> {
  talk = await begin();
  await talk.request();
  const card = talk.card(1);
  await talk.world.close();
  return card;
}

/** The kinds of Markdown that a card is made of, and nothing more; every link is one of ours. */
function harmless(card: string, plain: string): void {
  const allowed = new Set([...inlineKinds(plain), ...blockKinds(plain), 'list_item_open', 'bullet_list_open']);
  const kinds = [...inlineKinds(card), ...blockKinds(card)].filter((kind) => !allowed.has(kind));
  expect(kinds).toEqual([]);
  expect(mentionsOf(card)).toEqual([]);
  const links = [...toHtml(card).matchAll(/(?:href|src)="([^"]*)"/g)].map(([, url]) => url ?? '');
  expect(links.filter((url) => !url.startsWith('https://github.com/acme/dotca/'))).toEqual([]);
  expect(toHtml(card)).not.toMatch(/<(?:img|script|a)\b(?! href="https:\/\/github\.com\/acme\/dotca\/)/);
}

/** What GitHub would make a mention or a reference; the audit head is ours, and names no commit. */
function mentionsOf(body: string): readonly string[] {
  return plainTexts(body.replace(/audit \d+·[0-9a-f]{8}/, ''))
    .map(githubWouldLink)
    .filter((found) => found !== null);
}
