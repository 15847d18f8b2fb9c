// Which events we listen to, and who translates each: app.yml asks GitHub for the same, but for two that come unasked.
import type { EmitterWebhookEventName } from '@octokit/webhooks';
import type { Intent } from '../engine/core/intent.ts';
import { translateCheckRun } from './events/check-run.ts';
import { translateCheckSuite } from './events/check-suite.ts';
import { translateCreate } from './events/create.ts';
import { translateDeployment } from './events/deployment.ts';
import { translateDeploymentStatus } from './events/deployment-status.ts';
import { translateInstallation } from './events/installation.ts';
import { translateInstallationRepositories } from './events/installation-repositories.ts';
import { translateIssueComment } from './events/issue-comment.ts';
import { translatePush } from './events/push.ts';
import { translateRegistryPackage } from './events/registry-package.ts';
import { translateRepository } from './events/repository.ts';

export type Translate = (payload: unknown, context: { readonly appId: number }) => readonly Intent[];

export const WEBHOOKS = {
  issue_comment: translateIssueComment,
  check_run: translateCheckRun,
  check_suite: translateCheckSuite,
  create: translateCreate,
  push: translatePush,
  registry_package: translateRegistryPackage,
  deployment: translateDeployment,
  deployment_status: translateDeploymentStatus,
  installation: translateInstallation,
  installation_repositories: translateInstallationRepositories,
  repository: translateRepository,
} as const satisfies Readonly<Partial<Record<EmitterWebhookEventName, Translate>>>;

export type WebhookEvent = keyof typeof WEBHOOKS;

export const WEBHOOK_EVENTS: readonly WebhookEvent[] = [
  'issue_comment',
  'check_run',
  'check_suite',
  'create',
  'deployment',
  'deployment_status',
  'installation',
  'installation_repositories',
  'push',
  'registry_package',
  'repository',
];

export function isListenedTo(event: string): event is WebhookEvent {
  return Object.hasOwn(WEBHOOKS, event);
}
