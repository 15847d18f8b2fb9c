// Which handler carries out which kind of job.
import { answerGitTag } from '../versions/answer-git-tag.ts';
import { applyTagPlan } from '../apply/apply-tag-plan.ts';
import { followDeployment } from '../deployments/follow-deployment.ts';
import { recordDeployment } from '../deployments/record-deployment.ts';
import { collectFacts } from '../examine/collect-facts.ts';
import { createDeployment } from '../deployments/create-deployment.ts';
import { expirePromotion } from '../promote/expire-promotion.ts';
import { notifyRequester } from '../publish/notify-requester.ts';
import { react } from '../publish/react.ts';
import { reply } from '../publish/reply.ts';
import { restoreProduction } from '../apply/restore-production.ts';
import { revisitEnvironment, revisitPromotion } from '../promote/revisit-environment.ts';
import { revisitPolicy } from '../promote/revisit-policy.ts';
import { updateCard } from '../publish/update-card.ts';
import { updateCheckRun } from '../publish/update-check-run.ts';
import { checkDrift } from '../drift/check-drift.ts';
import { showDrift } from '../drift/show-drift.ts';
import type { Handler } from '../core/handler.ts';
import { installationBack, installationGone } from '../installations/installation.ts';
import { repoChanged, repoGone } from '../installations/repository.ts';
import { withdrawPromotion } from '../installations/withdraw-promotion.ts';
import type { Handlers } from './run-job.ts';
import { reconcile } from '../reconcile/reconcile.ts';
import { rerunCheck } from '../promote/rerun-check.ts';
import { rerunSuite } from '../promote/rerun-suite.ts';
import { reviewByClick } from '../promote/review-promotion.ts';
import { runCommand } from './run-command.ts';
import { pollImage } from '../staging/poll-image.ts';
import { promoteByClick } from '../staging/promote-by-click.ts';
import { rerunStaging } from '../staging/rerun-staging.ts';
import { handlePackagePublished } from '../staging/handle-package-published.ts';
import { handlePush } from '../staging/handle-push.ts';
import { updateStagingCheck } from '../staging/update-staging-check.ts';
import { watchStaging } from '../staging/watch-staging.ts';
import { deleteExpiredRows } from './retention.ts';
import { handleGitTag } from '../versions/handle-git-tag.ts';

/** What comes from above: only the doors know GitHub's payloads. */
export type HandlersFromAbove = {
  readonly delivery: Handler<'delivery'>;
  readonly 'recover-deliveries': Handler<'recover-deliveries'>;
  readonly 'reconcile-promotion': Handler<'reconcile-promotion'>;
  readonly 'read-thread': Handler<'read-thread'>;
};

export function createHandlers(fromAbove: HandlersFromAbove): Handlers {
  return {
    ...fromAbove,
    command: runCommand,
    click: reviewByClick,
    're-run': rerunCheck,
    're-run-suite': rerunSuite,
    'installation-gone': installationGone,
    'installation-back': installationBack,
    'repo-gone': repoGone,
    'repo-changed': repoChanged,
    deployment: recordDeployment,
    'deployment-status': followDeployment,
    'git-tag': handleGitTag,
    'collect-facts': collectFacts,
    'apply-tag-plan': applyTagPlan,
    'create-deployment': createDeployment,
    'restore-production': restoreProduction,
    'revisit-environment': revisitEnvironment,
    'revisit-promotion': revisitPromotion,
    'revisit-policy': revisitPolicy,
    'expire-promotion': expirePromotion,
    'withdraw-promotion': withdrawPromotion,
    'update-check-run': updateCheckRun,
    'update-card': updateCard,
    'notify-requester': notifyRequester,
    'answer-git-tag': answerGitTag,
    reply,
    react,
    push: handlePush,
    'registry-package': handlePackagePublished,
    'staging-click': promoteByClick,
    'staging-re-run': rerunStaging,
    'watch-staging': watchStaging,
    'check-drift': checkDrift,
    'show-drift': showDrift,
    'update-staging-check': updateStagingCheck,
    'poll-image': pollImage,
    'delete-expired-rows': deleteExpiredRows,
    reconcile,
  };
}
