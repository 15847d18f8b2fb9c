// Act: what production holds gets a version, by comment; and a pushed git tag gives it the next one by itself.
import { STATE_SYMBOLS } from '../../src/messages/card/state.ts';
import type { Build } from '../build.ts';
import { readTags } from '../registry-client.ts';
import { IMAGE, type Stage } from '../stage.ts';
import type { Printer } from '../terminal/printer.ts';
import { expectTags } from './promote.ts';

export async function playVersion(stage: Stage, { step }: Printer, build: Build): Promise<void> {
  const { repo, until, visitor } = stage;
  const issue = repo.openIssue({ title: 'Call it 1.0.0', by: 'ada' });
  const command = `/promote ${build.tag} as v1.0.0`;

  await step(`Production holds ${build.tag}; ada comments: ${command}`, async (note) => {
    const before = await readTags(visitor);
    await repo.comment({ issue, by: 'ada', body: command });
    await until('a card that waits', () => hasCard(stage, issue, STATE_SYMBOLS['awaiting-approval']));
    await repo.comment({ issue, by: 'bob', body: '/approve' });
    await until('a card that says so', () => hasCard(stage, issue, STATE_SYMBOLS.promoted));
    const after = await expectTags(stage, { digest: build.digest, tags: ['v1.0.0'] });
    const others = [...after].filter(([tag, digest]) => tag !== 'v1.0.0' && before.get(tag) !== digest);
    if (others.length > 0) throw new Error(`other tags moved: ${others.map(([tag]) => tag).join(', ')}`);
    note('bob approves: v1.0.0 is added, no other tag moves');
  });
  await step('bob merges what was released into main, and pushes the git tag v1.0.1', async (note) => {
    const merged = repo.merge({ from: build.commit, into: 'main' });
    await repo.pushTag({ name: 'v1.0.1', on: merged, by: 'bob' });
    const run = (): ReturnType<Stage['repo']['checkRuns']>[number] | undefined =>
      repo.checkRuns(merged).findLast(({ name }) => name === 'imprimatur / version');
    await until('a check run on the tagged commit', () => run()?.conclusion === 'success');
    if (stage.registry.tag(IMAGE, 'v1.0.1') !== build.digest) throw new Error(`it message: ${run()?.summary}`);
    note(
      `check run "imprimatur / version": ${run()?.title}; the files are the same, and pushing the tag is the decision`,
    );
  });
}

function hasCard({ repo }: Stage, issue: number, symbol: string): boolean {
  return repo
    .comments(issue)
    .some(({ byApp, body }) => byApp && (/^### (.*)$/m.exec(body)?.[1] ?? '').startsWith(symbol));
}
