// /readyz: the database can be written now, and GitHub accepted the App's credentials once since the start.
import type { Logger } from 'pino';
import type { AppIdentity } from '../github/app/app-identity.ts';
import { assertWritable, type Store } from '../store/database/database.ts';
import type { Page } from '../web/server.ts';

type Health = {
  readonly store: Store;
  /** Null while the App is not configured. */
  readonly identity: AppIdentity | null;
  readonly log: Logger;
  readonly now: () => number;
};

type Check = { readonly ok: boolean; readonly message: string };

/** Anybody may request /readyz, and each check writes to the database. So a result is reused for this long. */
const GOOD_FOR_MS = 1000;

export function createReadiness(health: Health): () => Promise<Page> {
  let latest: { readonly at: number; readonly check: Promise<Check> } | null = null;
  return async () => {
    const now = health.now();
    // A result from the future is not reused: the clock was set back.
    const isGood = latest !== null && now >= latest.at && now < latest.at + GOOD_FOR_MS;
    if (latest === null || !isGood) latest = { at: now, check: checkDatabase(health) };
    const database = await latest.check;
    const github = checkGitHub(health.identity);
    const ready = database.ok && github.ok;
    const body = JSON.stringify({ ready, database: database.message, github: github.message });
    return { status: ready ? 200 : 503, type: 'application/json', body: `${body}\n` };
  };
}

/** Anybody may request /readyz. An error names hosts, accounts and paths, so it goes to the log only. */
async function checkDatabase({ store, log, now }: Health): Promise<Check> {
  try {
    await assertWritable(store, now());
    return { ok: true, message: 'writable' };
  } catch (error) {
    log.error({ err: error }, 'the database is not writable');
    return { ok: false, message: 'not writable; the log says why' };
  }
}

function checkGitHub(identity: AppIdentity | null): Check {
  if (identity === null) return { ok: false, message: 'not configured: set APP_ID' };
  return identity.known() === null
    ? { ok: false, message: 'GitHub has not accepted the credentials of the App yet' }
    : { ok: true, message: 'credentials accepted' };
}
