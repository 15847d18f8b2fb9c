// The account that made a deployment or reported on one, as GitHub's answers name it.
import { z } from 'zod';
import type { Reporter } from '../../domain/promotion/reporter.ts';

/** Null for an account that is gone. */
export const reporter = z
  .object({ id: z.int(), login: z.string(), type: z.string() })
  .nullish()
  .transform((account): Reporter | null =>
    account === null || account === undefined
      ? null
      : { id: account.id, login: account.login, kind: account.type === 'Bot' ? 'bot' : 'user' },
  );
