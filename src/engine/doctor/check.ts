// What a check of `doctor` is: a sentence about what was seen, and one on what to do about it.
import { OutsideError } from '../../domain/outside-error.ts';

/** `unknown`: it could not be looked at, and something else says why or what to do. */
export type CheckOutcome = 'ok' | 'warn' | 'fail' | 'unknown';

export type Check = {
  /** Stable, kebab-case; several checks may have one name. */
  readonly name: string;
  readonly outcome: CheckOutcome;
  readonly says: string;
  /** Null where nothing has to be done. */
  readonly todo: string | null;
};

/** Checks of one thing, such as the App or a repository. */
export type CheckGroup = { readonly about: string; readonly checks: readonly Check[] };

export function fine(name: string, says: string): Check {
  return { name, outcome: 'ok', says, todo: null };
}

export function trouble(
  outcome: Exclude<CheckOutcome, 'ok'>,
  name: string,
  { says, todo = null }: { readonly says: string; readonly todo?: string | null },
): Check {
  return { name, outcome, says, todo };
}

/** A check that fails with what the outside says; a bug of ours stays one. */
export async function unlessFails(
  name: string,
  look: () => Promise<readonly Check[]>,
  todoOf: (error: OutsideError) => string | null = () => null,
): Promise<readonly Check[]> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    return [trouble('fail', name, { says: error.message, todo: todoOf(error) })];
  }
}
