// The next command, for each state in which a person can act.
import { isBlocking } from '../../domain/finding.ts';
import { planIdOf, type PlanId } from '../../domain/promotion/approval.ts';
import { sourceName, formatNumber, type Promotion } from '../../domain/promotion/promotion.ts';
import type { NamedTarget } from '../../domain/promotion/target-origin.ts';
import { code, link } from '../escape.ts';
import { codeList } from '../format.ts';
import type { PromotionView } from '../promotion-view.ts';
import { cardCommandPlace, checkRunCommandPlace } from './thread.ts';
import { namedTargetWords } from '../target-origin.ts';

/** A few sentences; empty if nothing is left to do. `where` is the page that shows them. */
export function nextSteps(view: PromotionView, where: 'card' | 'check-run'): string {
  const { promotion, checkRunUrl, subject, rollbackTarget } = view;
  const id = formatNumber(promotion.number);
  const { state } = promotion;
  switch (state.kind) {
    case 'awaiting-approval': {
      const commands = `${code(approveLine(promotion.number, planIdOf(subject)))} or ${code(`/reject ${id} <reason>`)}`;
      const buttons = checkRunUrl === null ? '' : `, or use the buttons of the ${link('check run', checkRunUrl)}`;
      const say =
        where === 'card'
          ? `Comment ${commands}${cardCommandPlace(view)}${buttons}.`
          : `Use the buttons above, or comment ${commands} ${checkRunCommandPlace(view)}.`;
      return `${say} To cancel: ${code(`/cancel ${id}`)}.`;
    }
    case 'waiting-for-image':
    case 'examining':
    case 'scheduled':
      return `Nothing to do now. To cancel: ${code(`/cancel ${id}`)}.`;
    case 'applying':
      return 'Nothing to do now. It is too late to cancel.';
    case 'checks-failed':
      if (promotion.kind === 'version') return `No tag was written. To request it: ${code(promoteLine(promotion))}.`;
      if (promotion.kind === 'rollback') {
        return `No tag was moved. ${code(`/status ${promotion.environment}`)} lists other images to roll back to.`;
      }
      if (promotion.force && finalRules(promotion).length > 0) {
        return `No tag was moved. Force does not override ${codeList(finalRules(promotion), { max: 5 })}. Fix the image, build again, and promote the new one.`;
      }
      return `No tag was moved. Fix what failed, build again, and promote the new image. If the same image would pass now, ${checkRunUrl === null ? `request it again: ${code(promoteLine(promotion))}` : '**Re-run** the check run'}.`;
    case 'rejected':
    case 'cancelled':
    case 'expired':
      return `No tag was moved. To request it again: ${code(againLine(promotion))}.`;
    case 'failed':
      return `${wayBack(promotion, state.failure.production === 'mixed' ? rollbackTarget : null)}To try again: ${code(againLine(promotion))}.`;
    case 'superseded':
      return state.by.kind === 'promotion'
        ? `This promotion moved no tag. To request it again: ${code(againLine(promotion))}.`
        : 'Nothing to do: somebody else already moved the tags to this image.';
    case 'promoted':
    case 'deploying':
    case 'deployed':
      return '';
    case 'deployment-failed':
      if (rollbackTarget === null) return '';
      return `To roll back${promotion.kind === 'rollback' ? ' further' : ''} to ${namedTargetWords(rollbackTarget)}: ${code(rollbackLine(promotion))}.`;
  }
}

/** The failed rules that no force overrides. */
function finalRules({ findings }: Promotion): readonly string[] {
  const final = findings.filter((finding) => isBlocking(finding) && finding.final === true);
  return [...new Set(final.map(({ rule }) => rule))];
}

/** The command that approves exactly this plan. */
export function approveLine(number: number, plan: PlanId): string {
  return `/approve ${formatNumber(number)} ${plan}`;
}

/** The command that requests this promotion again. */
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

/** The image of a version has no source tag of its own. */
function imageName(promotion: Promotion): string {
  const [image] = promotion.images;
  return image?.commit?.slice(0, 7) ?? image?.digest ?? sourceName(promotion);
}

/** The command that rolls the environment back to a target, or to what it held before. */
export function rollbackLine({ environment }: Pick<Promotion, 'environment'>, target: string | null = null): string {
  const place = environment === 'production' ? '' : ` ${environment}`;
  return `/rollback${place}${target === null ? '' : ` to ${target}`} --reason "…"`;
}

/** The command that requests the same again. */
function againLine(promotion: Promotion): string {
  return promotion.kind === 'rollback' ? rollbackLine(promotion, sourceName(promotion)) : promoteLine(promotion);
}

/** If tags disagree, the previous image is named: the default target may be an older one. */
function wayBack(promotion: Promotion, target: NamedTarget | null): string {
  if (target === null) return '';
  return `To move all tags back to ${namedTargetWords(target)}: ${code(rollbackLine(promotion, target.name))}. `;
}
