// Act: login is down, and the hotfix fails a rule. Force lets it through in everybody's sight; the approval is still needed.
import { readTags } from '../registry-client.ts';
import { IMAGE, type Stage } from '../stage.ts';
import type { Printer } from '../terminal/printer.ts';
import { answersTo, expectTags, textOf } from './promote.ts';

const REASON = '--reason "login is down"';

export async function playHotfix(stage: Stage, { step }: Printer): Promise<void> {
  const { repo, until, visitor } = stage;
  const issue = repo.openIssue({ title: 'Login is down', by: 'ada' });
  const before = (await readTags(visitor)).get('main');
  const build = await step('A hotfix is built from main; in the hurry its image has no command', async (note) => {
    const made = await stage.build({ message: 'Login works again', branch: 'main', prefix: 'hotfix', cmd: [] });
    note(`${IMAGE}:${made.tag} = ${made.digest}`);
    return made;
  });
  const command = `/promote ${build.tag} force ${REASON}`;
  const run = (): ReturnType<Stage['repo']['checkRuns']>[number] | undefined => repo.checkRuns(build.commit).at(-1);

  await step(`ada comments: ${command}, but may not`, async (note) => {
    const answered = answersTo(stage, issue);
    await repo.comment({ issue, by: 'ada', body: command });
    await until('a refusal', () => answered().length > 0);
    note(`imprimatur[bot] → ${textOf(answered()).split('.')[0]}.`);
  });
  await step('mia, who has it, comments the same; whoever approves sees what is overridden', async (note) => {
    await repo.comment({ issue, by: 'mia', body: command });
    await until('a check run with buttons', () => run()?.conclusion === 'action_required');
    const [row] = /^\| ✗ [^|]*\bforce\b.*$/m.exec(run()?.text ?? '') ?? [];
    if (row === undefined) throw new Error(`the check run shows nothing overridden: ${run()?.text}`);
    if ((await readTags(visitor)).get('main') !== before) throw new Error('production moved without an approval');
    note(`check run: ${run()?.title}`);
    note(
      row
        .split('|')
        .slice(1, 5)
        .map((cell) => cell.trim())
        .join(' · '),
    );
  });
  await step('bob approves, and the hotfix is in production', async (note) => {
    await repo.click({ checkRun: run()?.id ?? 0, action: 'approve', by: 'bob' });
    await until('a green check run', () => run()?.conclusion === 'success');
    const tags = await expectTags(stage, { digest: build.digest, tags: ['main', 'latest', `main-${build.tag}`] });
    const kept = [...tags].find(([tag]) => tag.startsWith('rollback-') && tag.endsWith('-login-is-down'));
    if (kept === undefined || kept[1] !== before) throw new Error('no rollback tag keeps what was there');
    note(`main-${build.tag} keeps it, ${kept[0]} keeps what was there before`);
  });
}
