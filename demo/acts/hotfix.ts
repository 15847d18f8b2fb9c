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
  const build = await step('A hotfix is built from main; by mistake, its image has no command', async (note) => {
    const made = await stage.build({ message: 'Login works again', branch: 'main', prefix: 'hotfix', cmd: [] });
    note(`${IMAGE}:${made.tag} = ${made.digest}`);
    return made;
  });
  const command = `/promote ${build.tag} force ${REASON}`;
  const run = (): ReturnType<Stage['repo']['checkRuns']>[number] | undefined => repo.checkRuns(build.commit).at(-1);

  await step(`ada comments: ${command}: refused`, async (note) => {
    const answered = answersTo(stage, issue);
    await repo.comment({ issue, by: 'ada', body: command });
    await until('a refusal', () => answered().length > 0);
    note(`imprimatur[bot] → ${textOf(answered()).split('.')[0]}.`);
  });
  await step('mia, a maintainer, comments the same; the check run shows the overridden check', async (note) => {
    await repo.comment({ issue, by: 'mia', body: command });
    await until('a check run with buttons', () => run()?.conclusion === 'action_required');
    const [row] = /^- ✗ .*, overridden.*$/m.exec(run()?.text ?? '') ?? [];
    if (row === undefined) throw new Error(`the check run shows nothing overridden: ${run()?.text}`);
    if ((await readTags(visitor)).get('main') !== before) throw new Error('production moved without an approval');
    note(`check run: ${run()?.title}`);
    note(
      row
        .replaceAll('*', '')
        .replace(/<br>.*/, '')
        .slice(2),
    );
  });
  await step('bob approves; the hotfix is in production', async (note) => {
    await repo.click({ checkRun: run()?.id ?? 0, action: 'approve', by: 'bob' });
    await until('a green check run', () => run()?.conclusion === 'success');
    const tags = await expectTags(stage, { digest: build.digest, tags: ['main', 'latest', `main-${build.tag}`] });
    const kept = [...tags].find(([tag]) => tag.startsWith('rollback-') && tag.endsWith('-login-is-down'));
    if (kept === undefined || kept[1] !== before) throw new Error('no rollback tag keeps what was there');
    note(`main-${build.tag} keeps it, ${kept[0]} keeps the previous image`);
  });
}
