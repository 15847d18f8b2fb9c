// What a check of `doctor` is: a sentence about what was seen, and one on what to do about it.
import { OutsideError } from '../../net/outside-error.ts';

/** `unknown`: it could not be looked at, and something else says why or what to do. */
export type CheckOutcome = 'ok' | 'warn' | 'fail' | 'unknown';

/** In the order in which they are looked at; a test compares them with docs/troubleshooting.md. */
export const CHECK_NAMES = [
  'variables',
  'database',
  'app-key',
  'clock',
  'app-permissions',
  'app-events',
  'installation',
  'webhook-secret',
  'webhook-address',
  'deliveries',
  'token',
  'token-scopes',
  'token-expiry',
  'repository',
  'policy',
  'environment',
  'branch',
  'image',
  'registry-credential',
  'registry-read',
  'public',
  'registry-push',
] as const;

export type CheckName = (typeof CHECK_NAMES)[number];

export type Check = {
  /** Stable; several checks may have one name. */
  readonly name: CheckName;
  readonly outcome: CheckOutcome;
  readonly message: string;
  /** Null where nothing has to be done. */
  readonly hint: string | null;
};

/** Checks of one thing, such as the App or a repository. */
export type CheckGroup = { readonly about: string; readonly checks: readonly Check[] };

export function fine(name: CheckName, message: string): Check {
  return { name, outcome: 'ok', message, hint: null };
}

export function trouble(
  outcome: Exclude<CheckOutcome, 'ok'>,
  name: CheckName,
  { message, hint = null }: { readonly message: string; readonly hint?: string | null },
): Check {
  return { name, outcome, message, hint };
}

/** A check that fails with what the outside says; a bug of ours stays one. */
export async function unlessFails(
  name: CheckName,
  look: () => Promise<readonly Check[]>,
  hintOf: (error: OutsideError) => string | null = () => null,
): Promise<readonly Check[]> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    return [trouble('fail', name, { message: error.message, hint: hintOf(error) })];
  }
}
