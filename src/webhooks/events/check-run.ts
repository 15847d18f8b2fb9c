// `check_run`: a click on one of our buttons, or on GitHub's Re-run.
import { z } from 'zod';
import { PLAN_ID } from '../../domain/promotion/approval.ts';
import { versionOfExternalId } from '../../domain/promotion/git-tag.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import type { CommitSha } from '../../domain/image/reference.ts';
import { commitOfExternalId } from '../../domain/promotion/staging-check.ts';
import type { Intent, Sender } from '../../engine/core/intent.ts';
import { Account, RepositoryPart, toRepo } from '../payload.ts';
import type { Webhook } from '../webhook.ts';

export const checkRun: Webhook = { actions: ['requested_action', 'rerequested'], translate };

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

const Delivery = z.discriminatedUnion('action', [Clicked, Rerequested]);

function translate(payload: unknown, { appId }: { readonly appId: number }): readonly Intent[] {
  const delivery = Delivery.parse(payload);
  const { check_run: run, sender: by } = delivery;
  const externalId = run.external_id ?? '';
  // GitHub notifies every App of a repository when all checks are run again.
  if (externalId === '' || run.app?.id !== appId) return [];
  const repo = toRepo(delivery);
  const commit = commitOfExternalId(externalId);
  if (commit !== null) return translateStaging(delivery, { repo, commit, by });
  const tag = versionOfExternalId(externalId);
  if (tag !== null) {
    return delivery.action === 'rerequested' ? [{ kind: 'git-tag', repo, tag, by, because: 're-run' }] : [];
  }
  const about = { repo, checkRunId: run.id, externalId, by };
  if (delivery.action === 'rerequested') return [{ kind: 're-run', ...about }];
  const { verb, digits } = readIdentifier(delivery.requested_action.identifier);
  if (verb !== 'approve' && verb !== 'reject') return [];
  return [{ kind: 'click', action: verb, ...(digits === null ? {} : { plan: digits }), ...about }];
}

/** `approve:ab12cd34ef56`: the verb, and what the button was shown for. */
function readIdentifier(identifier: string): { readonly verb: string; readonly digits: string | null } {
  const [verb = '', digits, ...more] = identifier.split(':');
  const isWhole = digits !== undefined && more.length === 0 && PLAN_ID.test(digits);
  return { verb, digits: isWhole ? digits : null };
}

/** The check run of a staging commit: its one button requests a promotion. */
function translateStaging(
  delivery: z.infer<typeof Delivery>,
  about: { readonly repo: Repo; readonly commit: CommitSha; readonly by: Sender },
): readonly Intent[] {
  if (delivery.action === 'rerequested') return [{ kind: 'staging-re-run', ...about }];
  const { verb, digits } = readIdentifier(delivery.requested_action.identifier);
  if (verb !== 'promote') return [];
  const digest = digits === null ? {} : { digest: digits };
  return [{ kind: 'staging-click', ...about, ...digest, checkRunId: delivery.check_run.id }];
}
