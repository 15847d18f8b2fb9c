// What to type next, for each state a person can do something about.
import { planIdOf, type PlanId } from '../../domain/promotion/approval.ts';
import { sourceName, formatNumber, type Failure, type Promotion } from '../../domain/promotion/promotion.ts';
import { code, link } from '../escape.ts';
import type { PromotionView } from '../promotion-view.ts';

/** A sentence or a few, or nothing where nothing is left to do. `where` is the page that shows it. */
export function nextSteps(
  { promotion, checkRunUrl, subject, rollbackTarget }: PromotionView,
  where: 'card' | 'check-run',
): string {
  const id = formatNumber(promotion.number);
  const { state } = promotion;
  switch (state.kind) {
    case 'awaiting-approval': {
      const commands = `${code(approveLine(promotion.number, planIdOf(subject)))} or ${code(`/reject ${id} <reason>`)}`;
      const buttons = checkRunUrl === null ? '' : `, or use the buttons of the ${link('check run', checkRunUrl)}`;
      const say =
        where === 'card'
          ? `Comment ${commands}${buttons}.`
          : `Use the buttons above, or comment ${commands} ${promotion.thread === null ? 'on any issue or pull request' : 'in its thread'}.`;
      return `${say} To withdraw it: ${code(`/cancel ${id}`)}.`;
    }
    case 'waiting-for-image':
    case 'examining':
    case 'scheduled':
      return `Nothing to do now. To withdraw it: ${code(`/cancel ${id}`)}.`;
    case 'applying':
      return 'Nothing to do now; it is too late to cancel.';
    case 'checks-failed':
      if (promotion.kind === 'version') return `No tag was written. To ask for it: ${code(promoteLine(promotion))}.`;
      if (promotion.kind === 'rollback') {
        return `Nothing was moved. ${code(`/status ${promotion.environment}`)} lists what else it held.`;
      }
      return `Nothing was moved. Mend what failed, build again, and promote the new image. If the same image would pass now, ${checkRunUrl === null ? `ask again: ${code(promoteLine(promotion))}` : '**Re-run** of the check run looks at it again'}.`;
    case 'rejected':
    case 'cancelled':
    case 'expired':
      return `Nothing was moved. To ask again: ${code(againLine(promotion))}.`;
    case 'failed':
      return `${wayBack(promotion, state.failure)}To try again: ${code(againLine(promotion))}.`;
    case 'superseded':
      return state.by.kind === 'promotion'
        ? `Nothing was moved by this one. To ask again: ${code(againLine(promotion))}.`
        : 'Nothing to do: somebody else moved the tags to this very image.';
    case 'promoted':
    case 'deploying':
    case 'deployed':
      return '';
    case 'deployment-failed':
      if (rollbackTarget === null) return '';
      return `To go ${promotion.kind === 'rollback' ? 'further back' : 'back to what was there before'}: ${code(rollbackLine(promotion))}.`;
  }
}

/** The command that approves just this plan. */
export function approveLine(number: number, plan: PlanId): string {
  return `/approve ${formatNumber(number)} ${plan}`;
}

/** The command that asks for this promotion once more. */
export function promoteLine(promotion: Promotion): string {
  const { environment, kind, force, versionTag } = promotion;
  const source = kind === 'version' ? imageName(promotion) : sourceName(promotion);
  return [
    `/promote ${source}`,
    ...(environment === 'production' ? [] : [`to ${environment}`]),
    ...(versionTag === null ? [] : [`as ${versionTag}`]),
    ...(force ? ['force --reason "…"'] : []),
  ].join(' ');
}

/** What a version was for has no source tag of its own. */
function imageName(promotion: Promotion): string {
  const [image] = promotion.images;
  return image?.commit?.slice(0, 7) ?? image?.digest ?? sourceName(promotion);
}

/** The command that takes the environment back to a target, or to what it held before. */
export function rollbackLine({ environment }: Pick<Promotion, 'environment'>, target: string | null = null): string {
  const place = environment === 'production' ? '' : ` ${environment}`;
  return `/rollback${place}${target === null ? '' : ` to ${target}`} --reason "…"`;
}

/** The command that asks for the same once more. */
function againLine(promotion: Promotion): string {
  return promotion.kind === 'rollback' ? rollbackLine(promotion, sourceName(promotion)) : promoteLine(promotion);
}

/** Where tags disagree, what was there before is named: by then the default target may be the one before that. */
function wayBack(promotion: Promotion, { production, tags }: Failure): string {
  const before =
    production === 'mixed' ? tags.find(({ kind, from }) => kind === 'floating' && from !== null) : undefined;
  if (before === undefined || before.from === null) return '';
  return `To put all of its tags back: ${code(rollbackLine(promotion, before.from))}. `;
}
