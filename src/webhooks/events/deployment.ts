// `deployment`: somebody created one, perhaps of our images.
import { z } from 'zod';
import { digestsIn, type Deployment } from '../../domain/promotion/deployment.ts';
import { parseCommitSha } from '../../domain/image/reference.ts';
import type { Intent } from '../../engine/core/intent.ts';
import { Account, RepositoryPart, toRepo } from '../payload.ts';
import type { Webhook } from '../webhook.ts';

export const deployment: Webhook = { actions: ['created'], translate };

export const DeploymentPart = z.object({
  id: z.number().int(),
  environment: z.string(),
  sha: z.string().transform((text, context) => {
    const commit = parseCommitSha(text);
    if (commit !== null) return commit;
    context.addIssue({ code: 'custom', message: 'is not a full commit id' });
    return z.NEVER;
  }),
  payload: z.unknown(),
  created_at: z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
  creator: Account.nullish(),
  performed_via_github_app: z.object({ id: z.number().int() }).nullish(),
});

const Created = z.object({
  ...RepositoryPart,
  deployment: DeploymentPart,
  sender: Account,
});

function translate(payload: unknown, { appId }: { readonly appId: number }): readonly Intent[] {
  const delivery = Created.parse(payload);
  const { deployment: made, sender } = delivery;
  if (made.performed_via_github_app?.id === appId) return [];
  const by = made.creator ?? sender;
  return [{ kind: 'deployment', repo: toRepo(delivery), deployment: toDeployment(made), by }];
}

export function toDeployment(part: z.infer<typeof DeploymentPart>): Deployment {
  const { id, environment, sha: commit, created_at: createdAt, payload, creator } = part;
  const about = { id, environment, commit, digests: digestsIn(payload), createdAt };
  return creator === null || creator === undefined ? about : { ...about, creatorId: creator.id };
}
