// `deployment`: somebody made one; whose it is and what it says of our images.
import { z } from 'zod';
import type { Deployment } from '../../domain/promotion/deployment.ts';
import { parseCommitSha, parseDigest, type Digest } from '../../domain/image/reference.ts';
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
  const { id, environment, sha: commit, created_at: createdAt, payload } = part;
  return { id, environment, commit, digests: digestsOf(payload), createdAt };
}

const Named = z.object({ digest: z.string().catch(''), image: z.string().catch('') });

/** Digests in `digest` and `image` of a payload; GitHub hands on JSON as an object, or as the text that it was sent as. */
function digestsOf(payload: unknown): readonly Digest[] {
  const named = Named.safeParse(typeof payload === 'string' ? readJson(payload) : payload);
  const text = named.success ? `${named.data.digest} ${named.data.image}` : typeof payload === 'string' ? payload : '';
  const found = text.match(/sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})(?![0-9a-f])/g) ?? [];
  return [...new Set(found.map(parseDigest).filter((digest) => digest !== null))];
}

/** Null where the text is no JSON: deployers put there what they like. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
