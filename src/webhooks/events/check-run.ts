// `check_run`: a click on one of our buttons, or on GitHub's Re-run.
import { z } from 'zod';
import { versionOfExternalId } from '../../domain/promotion/git-tag.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import type { CommitSha } from '../../domain/image/reference.ts';
import { commitOfExternalId } from '../../domain/promotion/staging-check.ts';
import type { Intent, Sender } from '../../engine/core/intent.ts';
import { Account, RepositoryPart, toRepo } from '../payload.ts';

const CheckRun = z.object({
  id: z.number().int(),
  external_id: z.string().nullish(),
  app: z.object({ id: z.number().int() }).nullish(),
});

const Clicked = z.object({
  ...RepositoryPart,
  action: z.literal('requested_action'),
  requested_action: z.object({ identifier: z.string() }),
  check_run: CheckRun,
  sender: Account,
});

const Rerequested = z.object({
  ...RepositoryPart,
  action: z.literal('rerequested'),
  check_run: CheckRun,
  sender: Account,
});

export function translateCheckRun(payload: unknown, { appId }: { readonly appId: number }): readonly Intent[] {
  const action = z.object({ action: z.string() }).parse(payload).action;
  if (action !== 'requested_action' && action !== 'rerequested') return [];
  const delivery = action === 'requested_action' ? Clicked.parse(payload) : Rerequested.parse(payload);
  const { check_run: checkRun, sender: by } = delivery;
  const externalId = checkRun.external_id ?? '';
  // GitHub tells every App of a repository when all checks are run again.
  if (externalId === '' || checkRun.app?.id !== appId) return [];
  const repo = toRepo(delivery);
  const commit = commitOfExternalId(externalId);
  if (commit !== null) return translateStaging(delivery, { repo, commit, by });
  const tag = versionOfExternalId(externalId);
  if (tag !== null) {
    return delivery.action === 'rerequested' ? [{ kind: 'git-tag', repo, tag, by, because: 're-run' }] : [];
  }
  const about = { repo, checkRunId: checkRun.id, externalId, by };
  if (delivery.action === 'rerequested') return [{ kind: 're-run', ...about }];
  const { identifier } = delivery.requested_action;
  return identifier === 'approve' || identifier === 'reject' ? [{ kind: 'click', action: identifier, ...about }] : [];
}

/** The check run of a staging commit: its one button asks for a promotion. */
function translateStaging(
  delivery: z.infer<typeof Clicked> | z.infer<typeof Rerequested>,
  about: { readonly repo: Repo; readonly commit: CommitSha; readonly by: Sender },
): readonly Intent[] {
  if (delivery.action === 'rerequested') return [{ kind: 'staging-re-run', ...about }];
  if (delivery.requested_action.identifier !== 'promote') return [];
  return [{ kind: 'staging-click', ...about, checkRunId: delivery.check_run.id }];
}
