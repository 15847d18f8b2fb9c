// Act: staging moves on while a promotion waits, all checks are run again, and then the App itself is suspended.
import { STATE_SYMBOLS } from '../../src/messages/card/state.ts';
import type { Build } from '../build.ts';
import { OWNER, type Stage } from '../stage.ts';
import type { Printer } from '../terminal/printer.ts';
import { findCard } from './promote.ts';

/** Digests are cut to `sha256:` and twelve digits in a card. */
const SHORT_DIGEST_LENGTH = 'sha256:'.length + 12;
const COMMAND = '/promote staging';

export async function playLifecycle(stage: Stage, { step }: Printer): Promise<void> {
  const { repo, until, github } = stage;
  const issue = repo.openIssue({ title: 'Whatever is on staging', by: 'ada' });
  const card = (): string => findCard(stage, issue)?.body ?? '';

  let newer: Build | null = null;
  const build = await step(`ada comments: ${COMMAND}; then a newer build moves the tag staging`, async (note) => {
    const asked = await stage.build({ message: 'New footer', tags: ['staging'] });
    await repo.comment({ issue, by: 'ada', body: COMMAND });
    await until('a card that asks', () => card().includes(STATE_SYMBOLS['awaiting-approval']));
    newer = await stage.build({ message: 'Newer footer', tags: ['staging'] });
    note(`P${numberOf(card())} is pinned to ${asked.digest}`);
    return asked;
  });
  await step('bob re-runs all checks: the promotion keeps its digest, and the card names the new one', async (note) => {
    await repo.rerunAll({ sha: build.commit, by: 'bob' });
    const named = newer?.digest.slice(0, SHORT_DIGEST_LENGTH) ?? '';
    const sentence = (): string =>
      card()
        .split('\n')
        .find((line) => line.includes(named)) ?? '';
    await until('a card that names the newer image', () => sentence() !== '');
    note(`the card: ${sentence().replaceAll('`', '')}`);
  });
  await step(
    'The App is suspended for a while: the open promotion is cancelled, and the card says why',
    async (note) => {
      const installation = github.installation(OWNER);
      await installation.suspend();
      await installation.unsuspend();
      await until('a card that ended', () => card().includes(STATE_SYMBOLS.cancelled));
      note(`the card: ${/^### .* · (.*)$/m.exec(card())?.[1] ?? ''}`);
    },
  );
}

function numberOf(card: string): string {
  return /^<!-- imprimatur P(\d+) -->/.exec(card)?.[1] ?? '?';
}
