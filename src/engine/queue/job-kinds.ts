// Every kind of job: a line here names what carries it out, with its key, its queue and its traits.
import { answerGitTag } from '../versions/answer-git-tag.ts';
import { applyTagPlan } from '../apply/apply-tag-plan.ts';
import { followDeployment } from '../deployments/follow-deployment.ts';
import { recordDeployment } from '../deployments/record-deployment.ts';
import { collectFacts } from '../examine/collect-facts.ts';
import { createDeployment } from '../deployments/create-deployment.ts';
import { expirePromotion } from '../promote/expire-promotion.ts';
import { continueFullThread } from '../publish/continue-thread.ts';
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
import { handleDelivery } from '../deliveries/handle-delivery.ts';
import { recoverDeliveries } from '../deliveries/recover-deliveries.ts';
import type { JobKinds } from '../core/handler.ts';
import { installationBack, installationGone } from '../installations/installation.ts';
import { repoChanged, repoGone } from '../installations/repository.ts';
import { withdrawPromotion } from '../installations/withdraw-promotion.ts';
import { reconcile } from '../reconcile/reconcile.ts';
import { reconcilePromotion } from '../reconcile/reconcile-promotion.ts';
import { rerunCheck } from '../promote/rerun-check.ts';
import { rerunSuite } from '../promote/rerun-suite.ts';
import { reviewByClick } from '../promote/review-promotion.ts';
import { hintMisplaced } from '../threads/hint-misplaced.ts';
import { readThread } from '../threads/read-thread.ts';
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

export const JOB_KINDS: JobKinds = {
  // From outside.
  delivery: handleDelivery,
  command: runCommand,
  'misplaced-command': hintMisplaced,
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
  push: handlePush,
  'registry-package': handlePackagePublished,
  'staging-click': promoteByClick,
  'staging-re-run': rerunStaging,

  // Effects of decisions.
  'collect-facts': collectFacts,
  'poll-image': pollImage,
  'apply-tag-plan': applyTagPlan,
  'restore-production': restoreProduction,
  'revisit-environment': revisitEnvironment,
  'revisit-promotion': revisitPromotion,
  'revisit-policy': revisitPolicy,
  'reconcile-promotion': reconcilePromotion,
  'expire-promotion': expirePromotion,
  'withdraw-promotion': withdrawPromotion,
  'watch-staging': watchStaging,
  'read-thread': readThread,
  'check-drift': checkDrift,

  // Writes to GitHub.
  'create-deployment': createDeployment,
  'update-check-run': updateCheckRun,
  'update-staging-check': updateStagingCheck,
  'update-card': updateCard,
  'notify-requester': notifyRequester,
  'continue-thread': continueFullThread,
  'answer-git-tag': answerGitTag,
  'show-drift': showDrift,
  reply,
  react,

  // Scheduled work.
  'delete-expired-rows': deleteExpiredRows,
  'recover-deliveries': recoverDeliveries,
  reconcile,
};
