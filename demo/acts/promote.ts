// Act one: a staging image goes to production. One asks, may not approve it alone, and somebody else lets it go ahead.
import { STATE_SYMBOLS } from '../../src/messages/card/state.ts';
import type { SeenComment } from '../../test/support/github/repo.ts';
import type { Build } from '../build.ts';
import { readTags, type Tags } from '../registry-client.ts';
import { IMAGE, type Stage } from '../stage.ts';
import type { Printer } from '../terminal/printer.ts';

export type Promoted = {
  readonly before: Tags;
  readonly after: Tags;
  readonly issue: number;
  readonly build: Build;
};

/** The tags that an environment without a policy file moves. */
const FLOATING = ['main', 'latest'];

/** A promotion that waits for approval, and the image that production holds meanwhile. */
export type Requested = Pick<Promoted, 'before' | 'issue' | 'build'> & { readonly old: Build };

export async function playRequest(stage: Stage, { step }: Printer): Promise<Requested> {
  const { repo, until } = stage;
  const old = await step('Production has an earlier image, tagged main and latest', async (note) => {
    const made = await stage.build({ message: 'Old login page', tags: FLOATING });
    note(`${IMAGE}:main = ${made.digest}`);
    return made;
  });
  const build = await step(
    'ada merges to staging, and the build server pushes the image of that commit',
    async (note) => {
      // What bob and ada merged before is in the image too.
      repo.commitOn('staging', { message: 'Check the password twice (#41)', by: 'bob' });
      repo.commitOn('staging', { message: 'Merge pull request #42 from acme/form\n\nLarger form', by: 'ada' });
      const made = await stage.build({ message: 'New login page' });
      note(`${IMAGE}:${made.tag} = ${made.digest}`);
      note(`${made.platforms.join(' and ')}, ${Math.round(made.sizeBytes / 1e6)} MB, over the registry protocol`);
      return made;
    },
  );
  const before = await readTags(stage.visitor);
  const issue = repo.openIssue({ title: 'Release the new login page', by: 'ada' });
  const command = `/promote ${build.tag} --reason "new login page"`;

  await step(`ada comments on issue #${issue}: ${command}`, async (note) => {
    const { id, delivery } = await repo.comment({ issue, by: 'ada', body: command });
    if (delivery.status !== 202) throw new Error(`the signed webhook was answered with HTTP ${delivery.status}`);
    await until('👀 and 🚀 on the comment', () =>
      ['eyes', 'rocket'].every((mark) => repo.reactions(id).includes(mark)),
    );
    note('signed webhook stored: HTTP 202 · reactions: 👀 🚀');
  });
  await step('The App checks the image in the registry, and adds a check run to the commit', async (note) => {
    await until('a check run with buttons', () => waits(stage, build));
    const run = newestRun(stage, build);
    const [, checks] = /Checks(?:\*\*|<\/b>): ([^<\n]+)/.exec(run.text ?? '') ?? [];
    if (checks === undefined) throw new Error('the check run shows no checks');
    note(`check run "${run.name}" on ${build.commit.slice(0, 7)}: ${run.title}`);
    note(`${checks} · buttons: ${run.actions.map(({ label }) => `[${label}]`).join(' ')}`);
  });
  await step('The card appears in the thread', async (note) => {
    await until('the card', () => findCard(stage, issue) !== null);
    note(titleOf(findCard(stage, issue)));
    note(changesOf(findCard(stage, issue)));
  });
  return { old, build, before, issue };
}

export async function playPromotion(stage: Stage, printer: Printer): Promise<Promoted> {
  const { old, build, before, issue } = await playRequest(stage, printer);
  const { repo, until } = stage;
  const { step } = printer;

  await step('ada clicks Approve on her own request: refused', async (note) => {
    const answered = answersTo(stage, issue);
    await repo.click({ checkRun: newestRun(stage, build).id, action: 'approve', by: 'ada' });
    await until('a refusal', () => answered().length > 0);
    note(`imprimatur[bot] → ${textOf(answered())}`);
    await expectTags(stage, { digest: old.digest, tags: FLOATING });
    if (!waits(stage, build)) throw new Error('the promotion waits no more');
  });
  await step('mia clicks Approve on a stale page, for an earlier plan: refused', async (note) => {
    const answered = answersTo(stage, issue);
    const checkRun = newestRun(stage, build).id;
    await repo.click({ checkRun, action: 'approve:000000000000', by: 'mia', stalePage: true });
    await until('a refusal', () => answered().length > 0);
    if (!/\/approve P1 [0-9a-f]{12}\b/.test(textOf(answered())))
      throw new Error(`the answer prints no line to approve with: ${textOf(answered())}`);
    note(`imprimatur[bot] → ${textOf(answered())}`);
    await expectTags(stage, { digest: old.digest, tags: FLOATING });
  });
  const after = await step('bob clicks Approve, and production moves to the new image', async (note) => {
    const answered = answersTo(stage, issue);
    const asked = stage.registry.requests.length;
    await repo.click({ checkRun: newestRun(stage, build).id, action: 'approve', by: 'bob' });
    await until('a green check run', () => {
      if (answered().length > 0) throw new Error(`the app answered: ${textOf(answered())}`);
      return newestRun(stage, build).conclusion === 'success';
    });
    const requests = stage.registry.requests.slice(asked);
    const heavy = ['/blobs/uploads/', ...build.layers];
    const moved = requests.find(({ path }) => heavy.some((part) => path.includes(part)));
    if (moved !== undefined) throw new Error(`a layer was moved: ${moved.method} ${moved.path}`);
    const tags = await expectTags(stage, { digest: build.digest, tags: [...FLOATING, `main-${build.tag}`] });
    const kept = [...tags].find(([tag]) => tag.startsWith('rollback-'));
    if (kept?.[1] !== old.digest) throw new Error('no rollback tag keeps the image that was in production');
    note(`${requests.length} requests to the registry; no layer was pulled or pushed`);
    note(`${kept[0]} keeps the previous image`);
    return tags;
  });
  await step('The card is updated in place', async (note) => {
    await until('a card that says so', () => titleOf(findCard(stage, issue)).startsWith(STATE_SYMBOLS.promoted));
    note(titleOf(findCard(stage, issue)));
  });
  return { before, after, issue, build };
}

/** The comment that belongs to the promotion, as it is now. */
export function findCard(stage: Stage, issue: number): SeenComment | null {
  return stage.repo.comments(issue).find(isCard) ?? null;
}

function isCard({ byApp, body }: SeenComment): boolean {
  return byApp && /^<!-- imprimatur P\d+ -->/.test(body);
}

function titleOf(card: SeenComment | null): string {
  return (/^### (.*)$/m.exec(card?.body ?? '')?.[1] ?? '').replaceAll('`', '');
}

/** `3 commits since production, by ada and bob`. */
function changesOf(card: SeenComment | null): string {
  const line = /^\*\*Changes\*\*: (.*)$/m.exec(card?.body ?? '')?.[1];
  if (line === undefined) throw new Error('the card shows no changes');
  return line.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', '');
}

function newestRun(stage: Stage, { commit }: Build): ReturnType<Stage['repo']['checkRuns']>[number] {
  const run = stage.repo.checkRuns(commit).at(-1);
  if (run === undefined) throw new Error(`no check run on ${commit}`);
  return run;
}

/** Throws when the promotion has ended instead. */
function waits(stage: Stage, { commit }: Build): boolean {
  const run = stage.repo.checkRuns(commit).at(-1);
  if (run?.conclusion === 'failure') throw new Error(`the check run message: ${run.title}\n${run.text}`);
  return run?.conclusion === 'action_required' && run.actions.length > 0;
}

/** The app's comments from now on, the card aside. */
export function answersTo(stage: Stage, issue: number): () => readonly SeenComment[] {
  const known = new Set(stage.repo.comments(issue).map(({ id }) => id));
  return () =>
    stage.repo.comments(issue).filter((comment) => comment.byApp && !known.has(comment.id) && !isCard(comment));
}

export function textOf(comments: readonly SeenComment[]): string {
  return comments.map(({ body }) => body.replace(/^<!--.*?-->\s*/, '').replaceAll('`', '')).join('\n');
}

/** Asks the registry itself, whatever the app says. */
export async function expectTags(
  stage: Stage,
  wanted: { readonly digest: string; readonly tags: readonly string[] },
): Promise<Tags> {
  const found = await readTags(stage.visitor);
  for (const tag of wanted.tags) {
    if (found.get(tag) !== wanted.digest) {
      throw new Error(`the registry says ${tag} = ${found.get(tag) ?? 'nothing'}, and not ${wanted.digest}`);
    }
  }
  return found;
}
