// What news of deployments makes of a promotion whose tags stand.
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
 * The latest status counts. One that is older than what is known changes nothing; one that says the same again only moves
 * the time that older ones are measured by. Of what the environment held before, only results count: they say whether a
 * rollback may go back to it, and mention nobody.
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
 * A late report of an older promotion may take away, or bring back, what a rollback can go to: the card of the promotion that
 * the environment holds shows the way back where its deployment failed.
 */
export function wayBackEffects(current: Promotion | null): readonly Effect[] {
  return current?.state.kind === 'deployment-failed' ? showEffects(current.id) : [];
}

/** On record and on the card, with the line to add; the state stays as it is. */
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

/** On record in any case; shown where what runs is not what the tags hold. */
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

/** GitHub says for good that it makes no deployment: the tags stand, and the card tells. */
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

/** The card tells no more of the refusal: the next one is told anew. */
export function decideDeploymentRetried(promotion: Promotion, context: DecisionContext): Decision {
  const { id, notice } = promotion;
  if (promotedAt(promotion) === null || notice?.kind !== 'no-deployment') return { kind: 'ignored' };
  const retried = { ...promotion, notice: null, updatedAt: context.now };
  const effects = deploymentEffects(promotion, context.environmentPolicy);
  return { kind: 'accepted', promotion: retried, effects: [...effects, ...showEffects(id)], audit: [], journal: [] };
}

/** `promotion`: the number of the one whose tags stood there, if any. */
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
 * The deployment that follows the promoted tags, where the policy of the plan wants one and there is a commit to make it
 * on. A policy that can't be read any more (null) leaves that to whoever makes it.
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

/** GitHub tells whole seconds: of two statuses in one second, the end comes after the beginning, whichever comes first. */
function isNewer({ status, since }: Pick<EventOf<'deployment-status'>, 'status' | 'since'>, known: Known): boolean {
  if (since !== known.since) return since > known.since;
  return status !== known.kind && status !== 'deploying';
}

/** What a notice told of a deployment is over once a later one brought the right image. */
function withoutNotice(promotion: Promotion, at: number): Promotion {
  const { notice } = promotion;
  return notice !== null && 'at' in notice && notice.at <= at ? { ...promotion, notice: null } : promotion;
}
