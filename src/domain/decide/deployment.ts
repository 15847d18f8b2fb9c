// Decides what deployments and their statuses mean for a promotion whose tags are written.
import type { Person } from '../actor.ts';
import type { AuditEntry } from '../audit/audit.ts';
import { isBefore, namesAnotherImage, namesImageOf, type Deployment } from '../promotion/deployment.ts';
import type { Effect } from '../effect.ts';
import type { EnvironmentPolicy } from '../policy/policy.ts';
import type { OutsideProblem } from '../outside-problem.ts';
import {
  knownCommit,
  movesProduction,
  promotedAt,
  type DeploymentNews,
  type Promotion,
  type PromotionState,
} from '../promotion/promotion.ts';
import { end, entryOf, showEffects } from './accept.ts';
import type { Decision, DecisionContext, EventOf } from './decision.ts';

/**
 * The latest status counts. An older one changes nothing; a repeated one only moves the time that older ones are
 * compared with. For what the environment held before, only results count: they decide whether a rollback may go back to
 * it, and mention nobody.
 */
export function decideDeploymentStatus(
  before: Promotion,
  { status, since, url, by, isCurrent }: EventOf<'deployment-status'>,
  context: DecisionContext,
): Decision {
  const { id, state } = before;
  const at = promotedAt(before);
  const known = newsOf(state);
  if (!isCurrent && status === 'deploying') return { kind: 'ignored' };
  if (at === null || (known !== null && !isNewer({ status, since }, known))) return { kind: 'ignored' };
  const news: PromotionState = { kind: status, at, since, url, ...(by === undefined ? {} : { by }) };
  const promotion = withoutUncounted(before, since);
  if (isCurrent && known?.kind === status && known.url === url && known.by?.id === by?.id && promotion === before) {
    return { kind: 'accepted', promotion: { ...promotion, state: news }, effects: [], audit: [], journal: [] };
  }
  const told = status === 'deployed' ? withoutNotice(promotion, since) : promotion;
  const ended = end(told, news, { context, actor: null, details: { url, since, by: by?.login ?? null } });
  if (!isCurrent || status !== 'deployment-failed' || known?.kind === status) return ended;
  return { ...ended, effects: [...ended.effects, { kind: 'notify-requester', promotionId: id }] };
}

/**
 * A late report on an older promotion may change the rollback target. If the current promotion's deployment failed, its
 * card shows that target.
 */
export function wayBackEffects(current: Promotion | null): readonly Effect[] {
  return current?.state.kind === 'deployment-failed' ? showEffects(current.id) : [];
}

/** The trail and the card show it, with the line to add; the state does not change. */
export function decideUncountedStatus(
  promotion: Promotion,
  { report }: EventOf<'uncounted-status'>,
  context: DecisionContext,
): Decision {
  const { state, uncountedReport: told } = promotion;
  const known = Math.max(newsOf(state)?.since ?? 0, told?.at ?? 0);
  const isSame = told?.by.id === report.by.id && told.status === report.status && told.at === report.at;
  if (promotedAt(promotion) === null || report.at < known || isSame) return { kind: 'ignored' };
  const details = { status: report.status, since: report.at };
  const entry = entryOf(promotion, context, 'deployment-status-not-counted', details);
  return {
    kind: 'accepted',
    promotion: { ...promotion, uncountedReport: report, updatedAt: context.now },
    effects: showEffects(promotion.id),
    audit: [{ ...entry, actor: report.by }],
    journal: [],
  };
}

function withoutUncounted(promotion: Promotion, since: number): Promotion {
  const { uncountedReport: told, ...rest } = promotion;
  return told === undefined || told.at > since ? promotion : rest;
}

/** The trail always records it; the card shows it if what runs is not what the tags hold. */
export function decideDeployedByOthers(
  promotion: Promotion,
  { deployment, by }: EventOf<'deployed-by-others'>,
  context: DecisionContext,
): Decision {
  if (promotedAt(promotion) === null) return { kind: 'ignored' };
  const { environment, commit, createdAt: at } = deployment;
  const held = knownCommit(promotion);
  const audit = [deployedByOthersEntry({ deployment, by, now: context.now, promotion: promotion.number })];
  const recorded = { kind: 'accepted', promotion, effects: [], audit, journal: [] } as const;
  if (isBefore(at, promotion)) return recorded;
  const other = deployment.digests.find((digest) => namesAnotherImage({ digests: [digest] }, promotion));
  // Without a commit of ours, and without a digest in the payload, there is nothing to compare.
  if (held === null && other === undefined) return recorded;
  const fits = other === undefined && (held === commit || namesImageOf(deployment, promotion));
  const told: Promotion = fits
    ? withoutNotice(promotion, at)
    : {
        ...promotion,
        notice: {
          kind: 'other-deployment',
          environment,
          commit,
          ...(other === undefined ? {} : { digest: other }),
          by: by.login,
          at,
        },
      };
  if (told.notice === promotion.notice) return recorded;
  return { ...recorded, promotion: { ...told, updatedAt: context.now }, effects: showEffects(promotion.id) };
}

/** GitHub refuses the deployment, and a retry would not help: the tags stay, and the card shows the reason. */
export function decideDeploymentRefused(
  promotion: Promotion,
  problem: OutsideProblem,
  context: DecisionContext,
): Decision {
  if (promotedAt(promotion) === null) return { kind: 'ignored' };
  return {
    kind: 'accepted',
    promotion: {
      ...promotion,
      notice: { kind: 'no-deployment', problem, at: context.now },
      updatedAt: context.now,
    },
    effects: showEffects(promotion.id),
    audit: [entryOf(promotion, context, 'deployment-refused', { problem })],
    journal: [],
  };
}

/** The card no longer shows the refusal; the next one is shown again. */
export function decideDeploymentRetried(promotion: Promotion, context: DecisionContext): Decision {
  const { id, notice } = promotion;
  if (promotedAt(promotion) === null || notice?.kind !== 'no-deployment') return { kind: 'ignored' };
  const retried = { ...promotion, notice: null, updatedAt: context.now };
  const effects = deploymentEffects(promotion, context.environmentPolicy);
  return { kind: 'accepted', promotion: retried, effects: [...effects, ...showEffects(id)], audit: [], journal: [] };
}

/** `promotion`: the number of the promotion that the environment held, if any. */
export function deployedByOthersEntry(args: {
  readonly deployment: Deployment;
  readonly by: Person;
  readonly now: number;
  readonly promotion: number | null;
}): AuditEntry {
  const { deployment, by, now, promotion } = args;
  const { id, environment, commit } = deployment;
  const details = { environment, commit, creator: by.login, deployment: id };
  return { kind: 'deployment-by-others', at: now, promotion, actor: by, details };
}

/**
 * The deployment that follows the promoted tags, if the policy of the plan wants one and there is a commit to create it
 * on. If that policy is no longer readable (null), the job that creates it decides.
 */
export function deploymentEffects(promotion: Promotion, policy: EnvironmentPolicy | null): readonly Effect[] {
  const isWanted = policy === null || policy.deployment.create;
  if (!isWanted || !movesProduction(promotion) || knownCommit(promotion) === null) return [];
  return [{ kind: 'create-deployment', promotionId: promotion.id }];
}

type Known = DeploymentNews & { readonly kind: EventOf<'deployment-status'>['status'] };

function newsOf(state: PromotionState): Known | null {
  switch (state.kind) {
    case 'deploying':
    case 'deployed':
    case 'deployment-failed':
      return state;
    default:
      return null;
  }
}

/** GitHub's times are in whole seconds. Of two statuses in one second, a result comes after a beginning. */
function isNewer({ status, since }: Pick<EventOf<'deployment-status'>, 'status' | 'since'>, known: Known): boolean {
  if (since !== known.since) return since > known.since;
  return status !== known.kind && status !== 'deploying';
}

/** A notice about a deployment ends once a later deployment has the right image. */
function withoutNotice(promotion: Promotion, at: number): Promotion {
  const { notice } = promotion;
  return notice !== null && 'at' in notice && notice.at <= at ? { ...promotion, notice: null } : promotion;
}
