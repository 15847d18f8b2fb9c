// The table of events: app.yml subscribes to the same ones, except for two that GitHub always sends.
import type { EmitterWebhookEventName } from '@octokit/webhooks';
import { z } from 'zod';
import type { Intent } from '../engine/core/intent.ts';
import { checkRun } from './events/check-run.ts';
import { checkSuite } from './events/check-suite.ts';
import { create } from './events/create.ts';
import { deploymentStatus } from './events/deployment-status.ts';
import { deployment } from './events/deployment.ts';
import { installationRepositories } from './events/installation-repositories.ts';
import { installation } from './events/installation.ts';
import { issueComment } from './events/issue-comment.ts';
import { issues } from './events/issues.ts';
import { pullRequestReviewComment } from './events/pull-request-review-comment.ts';
import { pullRequestReview } from './events/pull-request-review.ts';
import { pullRequest } from './events/pull-request.ts';
import { push } from './events/push.ts';
import { registryPackage } from './events/registry-package.ts';
import { repository } from './events/repository.ts';
import type { Webhook } from './webhook.ts';

export const EVENTS = {
  issue_comment: issueComment,
  check_run: checkRun,
  check_suite: checkSuite,
  create,
  push,
  registry_package: registryPackage,
  issues,
  pull_request: pullRequest,
  pull_request_review: pullRequestReview,
  pull_request_review_comment: pullRequestReviewComment,
  deployment,
  deployment_status: deploymentStatus,
  installation,
  installation_repositories: installationRepositories,
  repository,
} as const satisfies Readonly<Partial<Record<EmitterWebhookEventName, Webhook>>>;

export type WebhookEvent = keyof typeof EVENTS;

export const WEBHOOK_EVENTS: readonly WebhookEvent[] = Object.keys(EVENTS).filter(isListenedTo);

export function isListenedTo(event: string): event is WebhookEvent {
  return Object.hasOwn(EVENTS, event);
}

/** True if the event's translator handles this action. */
export function isActedOn(event: WebhookEvent, action: string | null): boolean {
  const { actions } = EVENTS[event];
  return actions === null || (action !== null && actions.includes(action));
}

/** The intents of a payload; throws if GitHub would not send such a payload. */
export function translateEvent(
  event: WebhookEvent,
  payload: unknown,
  context: { readonly appId: number },
): readonly Intent[] {
  const { actions, translate } = EVENTS[event];
  if (actions !== null && !actions.includes(z.object({ action: z.string() }).parse(payload).action)) return [];
  return translate(payload, context);
}
