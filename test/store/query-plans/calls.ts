// How the plans of all statements come about: one call at least of each function of the store that sends any.
import type { Store, Tx } from '../../../src/store/database/database.ts';
import { CALLS_OF_PROMOTIONS } from './calls-of-promotions.ts';
import { CALLS_OF_QUEUE } from './calls-of-queue.ts';
import { CALLS_OF_REPOS } from './calls-of-repos.ts';

export type Given = {
  /** What goes through this is recorded. */
  readonly tx: Tx;
  /** The same transaction, for what has to be there before the call. */
  readonly before: Tx;
  /** A store whose every transaction is this one. */
  readonly store: Store;
};

/** By the name of the function. */
export type Calls = Readonly<Record<string, (given: Given) => Promise<unknown>>>;

export const CALLS: Calls = { ...CALLS_OF_QUEUE, ...CALLS_OF_PROMOTIONS, ...CALLS_OF_REPOS };
