// Act: nobody types anything. A push to staging is watched until its image is there, and a click asks for it.
import { readTags } from '../registry-client.ts';
import { IMAGE, type Stage } from '../stage.ts';
import type { Printer } from '../terminal/printer.ts';

type Run = ReturnType<Stage['repo']['checkRuns']>[number];

const CHECK = 'imprimatur / staging image';
const PRODUCTION = 'imprimatur / production';

export async function playStaging(stage: Stage, { step }: Printer): Promise<void> {
  const { repo, until } = stage;
  const commit = await step('ada pushes to staging; the check run waits for the image', async (note) => {
    const { sha } = await repo.push('staging', { message: 'Remember me', files: { 'CHANGES.md': 'Remember me' } });
    await until(`a check run ${CHECK}`, () => runOf(stage, sha, CHECK)?.status === 'in_progress');
    note(`check run "${CHECK}": ${runOf(stage, sha, CHECK)?.title}`);
    return sha;
  });
  const build = await step(
    'The build server pushes the image; the check run shows the results and a button',
    async (note) => {
      const made = await stage.build({ message: 'Remember me', commit });
      await repo.packageEvent({ digest: made.digest, tag: made.tag });
      await until('a green check run', () => runOf(stage, commit, CHECK)?.conclusion === 'success');
      const run = runOf(stage, commit, CHECK);
      note(`check run "${CHECK}": ${run?.title}`);
      note(
        `${/^\/promote .*$/m.exec(run?.summary ?? '')?.[0]} · ${run?.actions.map(({ label }) => `[${label}]`).join(' ')}`,
      );
      return made;
    },
  );
  await step('bob clicks Promote, ada clicks Approve on the new check run', async (note) => {
    await click(stage, { on: runOf(stage, commit, CHECK), action: 'promote', by: 'bob' });
    await until('a check run that waits', () => runOf(stage, commit, PRODUCTION)?.conclusion === 'action_required');
    await until('an answer', () => (runOf(stage, commit, CHECK)?.summary ?? '').startsWith('> '));
    const [answer = ''] = (runOf(stage, commit, CHECK)?.summary ?? '').split('. ');
    note(`"${CHECK}" → ${answer.slice(2).replaceAll('`', '')}`);
    await click(stage, { on: runOf(stage, commit, PRODUCTION), action: 'approve', by: 'ada' });
    await until('a green check run', () => runOf(stage, commit, PRODUCTION)?.conclusion === 'success');
    const held = (await readTags(stage.visitor)).get('main');
    if (held !== build.digest) throw new Error(`the registry says main = ${held}, and not ${build.digest}`);
    note(`${IMAGE}:main = ${build.digest}`);
  });
}

function runOf({ repo }: Stage, commit: string, name: string): Run | undefined {
  return repo.checkRuns(commit).findLast((run) => run.name === name);
}

async function click(
  { repo }: Stage,
  { on, action, by }: { readonly on: Run | undefined; readonly action: string; readonly by: string },
): Promise<void> {
  if (on === undefined) throw new Error('there is no check run to click on');
  await repo.click({ checkRun: on.id, action, by });
}
