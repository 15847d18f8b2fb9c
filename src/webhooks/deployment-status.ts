// `deployment_status`: how a deployment goes, whoever made it and whoever says so.
import { z } from 'zod';
import { parseDeploymentState } from '../domain/deployment.ts';
import type { Intent } from '../engine/intent.ts';
import { DeploymentPart, toDeployment } from './deployment.ts';
import { RepositoryPart, toRepo } from './payload.ts';

const Created = z.object({
  ...RepositoryPart,
  action: z.literal('created'),
  deployment: DeploymentPart,
  deployment_status: z.object({
    state: z.string(),
    created_at: z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
    log_url: z.string().nullish(),
    environment_url: z.string().nullish(),
    target_url: z.string().nullish(),
  }),
});

export function translateDeploymentStatus(payload: unknown): readonly Intent[] {
  if (!z.object({ action: z.literal('created') }).safeParse(payload).success) return [];
  const delivery = Created.parse(payload);
  const { deployment, deployment_status: news } = delivery;
  const status = parseDeploymentState(news.state);
  if (status === null) return [];
  const url = [news.log_url, news.environment_url, news.target_url].map(httpsUrl).find((one) => one !== null) ?? null;
  const about = { repo: toRepo(delivery), deployment: toDeployment(deployment) };
  return [{ kind: 'deployment-status', ...about, status, since: news.created_at, url }];
}

const MAX_URL_LENGTH = 2000;

/** It becomes a link on the card: a page of the web and nothing else, and no credentials in it. */
function httpsUrl(text: string | null | undefined): string | null {
  if (text === null || text === undefined || text.length > MAX_URL_LENGTH || !URL.canParse(text)) return null;
  const url = new URL(text);
  return url.protocol === 'https:' && url.username === '' && url.password === '' ? url.href : null;
}
