// What each slash command runs: a line per verb.
import { findTopic, LONG_FORM, type CommandOf, type Verb } from '../../domain/command.ts';
import { notDone, replied, type Answer, type Asked } from '../core/answer.ts';
import type { Services } from '../core/services.ts';
import { cancelPromotion } from '../promote/cancel-promotion.ts';
import { requestPromotion } from '../promote/request-promotion.ts';
import { reviewByComment } from '../promote/review-promotion.ts';
import { showStatus } from '../promote/show-status.ts';
import { refreshPromotion } from '../reconcile/refresh-promotion.ts';
import { rollBack } from '../rollback/roll-back.ts';

type Run<Kind extends Verb> = (services: Services, asked: Asked, command: CommandOf<Kind>) => Answer | Promise<Answer>;

const USE_CASES: { readonly [Kind in Verb]: Run<Kind> } = {
  promote: requestPromotion,
  rollback: rollBack,
  approve: reviewByComment,
  reject: reviewByComment,
  cancel: cancelPromotion,
  refresh: refreshPromotion,
  status: showStatus,
  help: (_services, asked, command) => showHelp(asked, command),
};

export function carryOut<Kind extends Verb>(
  services: Services,
  asked: Asked,
  command: CommandOf<Kind>,
): Answer | Promise<Answer> {
  return USE_CASES[command.kind](services, asked, command);
}

function showHelp(asked: Asked, { topic }: CommandOf<'help'>): Answer {
  if (topic === null || topic === LONG_FORM) return replied(asked, { kind: 'help' });
  const found = findTopic(topic);
  if (found?.kind === 'verb') return replied(asked, { kind: 'help', topic: found.verb });
  return notDone(asked, { kind: 'unknown-topic', typed: topic, meant: found?.verb ?? null });
}
