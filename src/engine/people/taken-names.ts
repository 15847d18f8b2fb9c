// Finds out which names of a policy belong to another account or App than when they were first used, to report them.
import type { TakenName } from '../../domain/policy/pinned-name.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import type { InstallationClient } from '../../github/client/client.ts';
import { findAccountId } from '../../github/permissions.ts';
import type { Store } from '../../store/database/database.ts';
import { inheritPins, listPins, savePinHolder, type StoredPin } from '../../store/pins.ts';
import type { Services } from '../core/services.ts';
import { ownerOf, pinnedNamesOf, type Names } from './reviewers.ts';

/** At most this many logins are checked. Each costs a request the first time, and none while the answer stays the same. */
const MAX_ASKED = 10;

/** Asks GitHub who has these policies' logins now, and stores the answer; true if it changed. OutsideError if GitHub can't answer. */
export async function recheckPins(
  { store, github }: Pick<Services, 'store' | 'github'>,
  repo: Repo,
  policies: Names,
): Promise<boolean> {
  const client = github.forRepo(repo);
  const { users: names } = pinnedNamesOf(policies);
  await inheritPins(store.db, { repoId: repo.id, owner: ownerOf(repo), kind: 'user', names });
  const pins = await listUserPins(store, repo, policies);
  let isNews = false;
  for (const pin of pins) {
    const holder = await findHolder(client, repo, pin);
    if (holder === pin.holder) continue;
    isNews = true;
    await savePinHolder(store.db, { ...pin, owner: ownerOf(repo), holder });
  }
  return isNews;
}

/** The known taken names, without a request. */
export async function listTakenNames(
  { db }: Pick<Store, 'db'>,
  repo: Repo,
  policies: Names,
): Promise<readonly TakenName[]> {
  const { users, apps } = pinnedNamesOf(policies);
  const owner = ownerOf(repo);
  const pins = [
    ...(await listPins(db, { owner, kind: 'user', names: users })),
    ...(await listPins(db, { owner, kind: 'app', names: apps })),
  ];
  return pins.flatMap(takenBy);
}

/** The same, with GitHub's current answer about logins; nothing is stored. */
export async function findTakenNames(
  { store, client }: { readonly store: Pick<Store, 'db'>; readonly client: InstallationClient },
  repo: Repo,
  policies: Names,
): Promise<readonly TakenName[]> {
  const taken = (await listTakenNames(store, repo, policies)).filter(({ kind }) => kind === 'app');
  const logins: StoredPin[] = [];
  for (const pin of await listUserPins(store, repo, policies)) {
    logins.push({ ...pin, holder: await findHolder(client, repo, pin) });
  }
  return [...logins.flatMap(takenBy), ...taken];
}

async function listUserPins({ db }: Pick<Store, 'db'>, repo: Repo, policies: Names): Promise<readonly StoredPin[]> {
  const { users } = pinnedNamesOf(policies);
  return listPins(db, { owner: ownerOf(repo), kind: 'user', names: users.slice(0, MAX_ASKED) });
}

/** Null if the login still belongs to the account, or to nobody. */
async function findHolder(client: InstallationClient, repo: Repo, { id, name }: StoredPin): Promise<number | null> {
  const now = await findAccountId({ client, repo: repo.name, login: name });
  return now === id ? null : now;
}

function takenBy({ holder, ...pin }: StoredPin): readonly TakenName[] {
  return holder === null ? [] : [{ ...pin, holder }];
}
