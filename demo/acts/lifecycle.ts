// Act: staging moves on while a promotion waits, all checks are run again, and then the App itself is suspended.
import { OWNER, type Stage } from '../stage.ts';
import type { Printer } from '../terminal/printer.ts';
import { findCard } from './promote.ts';

const COMMAND = '/promote staging';

export async function playLifecycle(stage: Stage, { step }: Printer): Promise<void> {
  const { repo, until, github } = stage;
  const issue = repo.openIssue({ title: 'Whatever is on staging', by: 'ada' });
  const card = (): string => findCard(stage, issue)?.body ?? '';

  const build = await step(`ada comments: ${COMMAND}; then another build moves staging on`, async (note) => {
    const asked = await stage.build({ message: 'New footer', tags: ['staging'] });
    await repo.comment({ issue, by: 'ada', body: COMMAND });
    await until('a card that asks', () => card().includes('Waits for approval'));
    await stage.build({ message: 'Newer footer', tags: ['staging'] });
    note(`P${numberOf(card())} is pinned to ${asked.digest}`);
    return asked;
  });
  await step('bob runs all checks again: the digest stays, and the card says where the tag is', async (note) => {
    await repo.rerunAll({ sha: build.commit, by: 'bob' });
    await until('a card that says so', () => card().includes('has moved on'));
    note(`the card: ${(/^.*has moved on.*$/m.exec(card())?.[0] ?? '').replaceAll('`', '')}`);
  });
  await step('The App is suspended for a while: what waited has ended, and the card tells why', async (note) => {
    const installation = github.installation(OWNER);
    await installation.suspend();
    await installation.unsuspend();
    await until('a card that ended', () => card().includes('Cancelled: '));
    note(`the card: ${/· (Cancelled: .*)$/m.exec(card())?.[1] ?? ''}`);
  });
}

function numberOf(card: string): string {
  return /^<!-- imprimatur P(\d+) -->/.exec(card)?.[1] ?? '?';
}
