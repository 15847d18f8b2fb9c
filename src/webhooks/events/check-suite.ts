// `check_suite`: GitHub's Re-run of all our checks of a commit. Suites that GitHub opens for a push are no news.
import { z } from 'zod';
import { parseCommitSha } from '../../domain/image/reference.ts';
import type { Intent } from '../../engine/core/intent.ts';
import { Account, RepositoryPart, toRepo } from '../payload.ts';

const Rerequested = z.object({
  ...RepositoryPart,
  action: z.literal('rerequested'),
  check_suite: z.object({
    head_sha: z.string(),
    app: z.object({ id: z.number().int() }).nullish(),
  }),
  sender: Account,
});

export function translateCheckSuite(payload: unknown, { appId }: { readonly appId: number }): readonly Intent[] {
  if (!z.object({ action: z.literal('rerequested') }).safeParse(payload).success) return [];
  const delivery = Rerequested.parse(payload);
  const { check_suite: suite, sender: by } = delivery;
  const commit = parseCommitSha(suite.head_sha);
  // Each App has a suite of its own; another one's is none of our business.
  if (commit === null || suite.app?.id !== appId) return [];
  return [{ kind: 're-run-suite', repo: toRepo(delivery), commit, by }];
}
