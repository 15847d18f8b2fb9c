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
  const read = readWaiting(comment);
  const commands = selectCommands(read, { threadIsOurs: true }).length;
  return admitPerson(services, { repo, personId: read.by.id, commentId: comment.id, commands });
}

/** The same for a text that is not a comment; its id is one of its own kind. */
export async function admitText(
  services: Services,
  { repo, personId, sourceId }: { readonly repo: Repo; readonly personId: number; readonly sourceId: number },
): Promise<boolean> {
  // GitHub counts the ids of comments and of other texts apart, so that one may be given twice.
  return admitPerson(services, { repo, personId, commentId: -sourceId, commands: 1 });
}

async function admitPerson(
  { store, log, now }: Services,
  text: { readonly repo: Repo; readonly personId: number; readonly commentId: number; readonly commands: number },
): Promise<boolean> {
  const { repo, personId, commentId, commands } = text;
  const person = { repoId: repo.id, personId, now: now() };
  if ((await findRightsConfirmedAt(store.db, person)) !== null) return true;
  const isWithin = await store.transaction((tx) => countStrangerCommands(tx, { ...person, commentId, commands }));
  if (!isWithin) {
    log.info(
      { repo: repo.name, comment: Math.abs(commentId), person: personId },
      'dropped a comment: its author has no known access and sent too many commands',
    );
  }
  return isWithin;
}
