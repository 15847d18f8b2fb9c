// /readyz: the database can be written now, and GitHub accepted the App's credentials once since the start.
import type { Page } from './server.ts';

export type Check = { readonly ok: boolean; readonly message: string };

export function renderReadiness(checks: { readonly database: Check; readonly github: Check }): Page {
  const ready = checks.database.ok && checks.github.ok;
  const body = JSON.stringify({ ready, database: checks.database.message, github: checks.github.message });
  return { status: ready ? 200 : 503, type: 'application/json', body: `${body}\n` };
}
