// Limits the commands of people with unknown rights, before any request to GitHub about them.
import type { Repo } from '../../domain/promotion/promotion.ts';
import { countStrangerCommands, findRightsConfirmedAt } from '../../store/people.ts';
import type { WaitingComment } from '../../store/threads.ts';
import { readWaiting } from '../core/enqueue-comment.ts';
import type { Services } from '../core/services.ts';
import { selectCommands } from './select-commands.ts';

/** False: its author has no known rights and exceeds the limit. The comment is dropped without an answer. */
export async function admitComment(
  services: Services,
  { repo, comment }: { readonly repo: Repo; readonly comment: WaitingComment },
): Promise<boolean> {
  const { store, log } = services;
  const read = readWaiting(comment);
  const now = services.now();
  const person = { repoId: repo.id, personId: read.by.id, now };
  if ((await findRightsConfirmedAt(store.db, person)) !== null) return true;
  const commands = selectCommands(read, { threadIsOurs: true }).length;
  const isWithin = await store.transaction((tx) =>
    countStrangerCommands(tx, { ...person, commentId: comment.id, commands }),
  );
  if (!isWithin) {
    log.info(
      { repo: repo.name, comment: comment.id, person: read.by.id },
      'dropped a comment: its author has no known access and sent too many commands',
    );
  }
  return isWithin;
}
