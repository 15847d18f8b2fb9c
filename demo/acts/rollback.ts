// The act of going back: a second image reaches production, it is no good, and one line puts the first one back in seconds.
import { STATE_SYMBOLS } from '../../src/messages/card/state.ts';
import type { SeenComment } from '../../test/support/github/repo.ts';
import { readTags } from '../registry-client.ts';
import { IMAGE, type Stage } from '../stage.ts';
import { formatMs, type Printer } from '../terminal/printer.ts';

/** The tags that an environment without a policy file moves. */
const FLOATING = ['main', 'latest'];

export async function playRollback(stage: Stage, { step }: Printer): Promise<void> {
  const { repo, until, visitor } = stage;
  const before = (await readTags(visitor)).get('main');
  const issue = repo.openIssue({ title: 'Release the new checkout', by: 'ada' });
  const titles = (): readonly string[] => repo.comments(issue).flatMap(titleOf);

  const done = (): number => titles().filter((title) => title.startsWith(STATE_SYMBOLS.promoted)).length;

  await step('A second image is promoted: ada requests it, bob approves', async (note) => {
    const build = await stage.build({ message: 'New checkout' });
    await repo.comment({ issue, by: 'ada', body: `/promote ${build.tag}` });
    await until('a card that waits', () =>
      titles().some((title) => title.startsWith(STATE_SYMBOLS['awaiting-approval'])),
    );
    await repo.comment({ issue, by: 'bob', body: '/approve' });
    await until('a card that says so', () => done() === 1);
    await expectFloating(stage, build.digest);
    note(titles().at(-1) ?? '');
  });
  const older = stage.builds.find(({ digest }) => digest === before);
  await step('ada requests the first image again: it is older than production', async (note) => {
    if (older === undefined) throw new Error('production held no image of this demo');
    await repo.comment({ issue, by: 'ada', body: `/promote ${older.tag}` });
    const failed = (): SeenComment | undefined =>
      repo.comments(issue).find((comment) => titleOf(comment).some((title) => title.includes('check failed')));
    await until('a card with a failed check', () => failed() !== undefined);
    const [, found, ready] = /\*\*order\*\* failed: (.*?)<br>.*: `(\/rollback [^`]*)`/.exec(failed()?.body ?? '') ?? [];
    if (found === undefined || ready === undefined) throw new Error(`no check says so: ${failed()?.body ?? ''}`);
    note(`order failed: ${found}`);
    note(`the way back: ${ready}`);
  });
  const planted = 'rollback-20200101-000000-release';
  await step(`Somebody pushes the tag ${planted}, and ada requests a rollback to it`, async (note) => {
    const build = await stage.build({ message: 'Never promoted' });
    stage.registry.setTag(IMAGE, planted, build.digest);
    const holds = (await readTags(visitor)).get('main') ?? '';
    await repo.comment({ issue, by: 'ada', body: `/rollback to ${planted} --reason "trust me"` });
    const asked = (): string | undefined => titles().find((title) => title.includes(planted));
    await until('a card', () => asked()?.startsWith(STATE_SYMBOLS['awaiting-approval']) === true);
    await expectFloating(stage, holds);
    note(asked() ?? '');
    note('the name of a tag proves nothing: this rollback needs approval, and no tag has moved');
    await repo.comment({ issue, by: 'ada', body: '/cancel' });
    await until('a card that says so', () => asked()?.startsWith(STATE_SYMBOLS.cancelled) === true);
  });
  const command = '/rollback --reason "the new checkout loses orders"';
  await step(`The new checkout loses orders; ada comments: ${command}`, async (note) => {
    if (before === undefined) throw new Error('there was nothing to go back to');
    const started = performance.now();
    await repo.comment({ issue, by: 'ada', body: command });
    await until('a card that says so', () => done() === 2);
    const took = formatMs(performance.now() - started);
    await expectFloating(stage, before);
    const kept = [...(await readTags(visitor)).keys()].find((tag) => tag.endsWith('-the-new-checkout-loses-orders'));
    if (kept === undefined) throw new Error('no rollback tag keeps the image that was left');
    note(titles().at(-1) ?? '');
    note(`main and latest hold the image from before again, ${took} after the comment, without a second person`);
    note(`${kept} keeps the previous image`);
  });
  await step('bob asks for the history of production: /status', async (note) => {
    await repo.comment({ issue, by: 'bob', body: '/status production' });
    const rows = (): readonly string[] =>
      repo.comments(issue).flatMap(({ body }) => body.match(/^- \*\*P\d+\*\* · .*$/gm) ?? []);
    await until('the history', () => rows().length > 0);
    for (const row of rows().slice(0, 3)) note(row.replaceAll(/[`*]/g, '').slice(2));
  });
}

/** The titles of cards of ours. */
function titleOf({ byApp, body }: SeenComment): readonly string[] {
  const title = byApp ? /^<!-- imprimatur P\d+ -->\n### (.*)$/m.exec(body)?.[1] : undefined;
  return title === undefined ? [] : [title.replaceAll('`', '')];
}

/** Asks the registry itself, whatever the app says. */
async function expectFloating(stage: Stage, digest: string): Promise<void> {
  const tags = await readTags(stage.visitor);
  for (const tag of FLOATING) {
    if (tags.get(tag) !== digest) throw new Error(`the registry says ${tag} = ${tags.get(tag)}, and not ${digest}`);
  }
}
