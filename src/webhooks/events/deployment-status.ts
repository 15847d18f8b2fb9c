// `deployment_status`: the status of any deployment, by any reporter.
import { z } from 'zod';
import { newsUrl, parseDeploymentState } from '../../domain/promotion/deployment.ts';
import type { Intent } from '../../engine/core/intent.ts';
import { DeploymentPart, toDeployment } from './deployment.ts';
import { Account, RepositoryPart, toRepo } from '../payload.ts';
import type { Webhook } from '../webhook.ts';

export const deploymentStatus: Webhook = { actions: ['created'], translate };

const Created = z.object({
  ...RepositoryPart,
  deployment: DeploymentPart,
  deployment_status: z.object({
    state: z.string(),
    created_at: z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
    log_url: z.string().nullish(),
    environment_url: z.string().nullish(),
    target_url: z.string().nullish(),
    creator: Account.nullish(),
  }),
});

function translate(payload: unknown): readonly Intent[] {
  const delivery = Created.parse(payload);
  const { deployment, deployment_status: news } = delivery;
  const status = parseDeploymentState(news.state);
  if (status === null) return [];
  const url = newsUrl([news.log_url, news.environment_url, news.target_url]);
  const about = { repo: toRepo(delivery), deployment: toDeployment(deployment) };
  const by = news.creator ?? null;
  return [{ kind: 'deployment-status', ...about, status, since: news.created_at, url, by }];
}
