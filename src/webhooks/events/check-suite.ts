// `check_suite`: GitHub's Re-run of all our checks of a commit. Suites that GitHub opens for a push are ignored.
import { z } from 'zod';
import { parseCommitSha } from '../../domain/image/reference.ts';
import type { Intent } from '../../engine/core/intent.ts';
import { Account, RepositoryPart, toRepo } from '../payload.ts';
import type { Webhook } from '../webhook.ts';

export const checkSuite: Webhook = { actions: ['rerequested'], translate };

const Rerequested = z.object({
  ...RepositoryPart,
  check_suite: z.object({
    head_sha: z.string(),
    app: z.object({ id: z.number().int() }).nullish(),
  }),
  sender: Account,
});

function translate(payload: unknown, { appId }: { readonly appId: number }): readonly Intent[] {
  const delivery = Rerequested.parse(payload);
  const { check_suite: suite, sender: by } = delivery;
  const commit = parseCommitSha(suite.head_sha);
  // Each App has its own suite; those of others are ignored.
  if (commit === null || suite.app?.id !== appId) return [];
  return [{ kind: 're-run-suite', repo: toRepo(delivery), commit, by }];
}
