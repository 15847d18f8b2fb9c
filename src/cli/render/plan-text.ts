// Renders a plan as text and as JSON, in the words of card and check run.
import { formatReference, type Reference } from '../../domain/image/reference.ts';
import type { ImageChanges } from '../../domain/image/changes.ts';
import { commitOf } from '../../domain/image/image-facts.ts';
import type { ApprovalRules } from '../../domain/policy/approval-rules.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { tagNameOf } from '../../domain/image/tag-plan.ts';
import type { Database } from '../../engine/examine/fact-sources.ts';
import type { Preview } from '../../engine/promote/preview-promotion.ts';
import { renderChanges } from '../../messages/card/changes.ts';
import { code } from '../../messages/escape.ts';
import { formatNumber } from '../../domain/promotion/promotion.ts';
import { promotionLines } from '../../messages/replies/promotion-lines.ts';
import { renderRefusal } from '../../messages/replies/refusals.ts';
import { whoCanApprove } from '../../messages/card/reviews.ts';
import { renderTags } from '../../messages/card/tags.ts';
import { outcomesJson, outcomeTexts, type OutcomesOf } from '../image-outcomes.ts';
import { layOut } from './columns.ts';
import { renderFindingsText } from './findings-text.ts';
import { findingJson, incompleteText } from '../commands/inspect.ts';
import { commitText } from './image-text.ts';
import type { RepoContext } from '../repo-context.ts';
import { renderPlain } from './plain-markdown.ts';
import type { Terminal } from '../services.ts';
import { verdictOf } from '../verdict.ts';

export type Planned = {
  readonly preview: Preview;
  readonly place: RepoContext;
  readonly reference: Reference;
  /** As typed. */
  readonly environment: string | null;
  readonly database: Database;
  readonly outcomesOf: OutcomesOf;
};

/** `incomplete`: no check failed but those that need GitHub or the database. */
export type PlanOutcome = 'approval' | 'no-approval' | 'incomplete' | 'checks-failed' | 'nothing-to-do' | 'refused';

export function outcomeOf({ preview }: Planned): PlanOutcome {
  if (preview.kind !== 'planned') return 'refused';
  const { promotion, asking } = preview;
  const { state, findings } = promotion;
  if (state.kind === 'superseded') return 'nothing-to-do';
  switch (verdictOf(findings)) {
    case 'fail':
      return 'checks-failed';
    case 'incomplete':
      return 'incomplete';
    case 'pass':
      return requiredBy(asking.rules) > 0 ? 'approval' : 'no-approval';
  }
}

/** Lines with line ends. */
export function renderPlan(planned: Planned, terminal: Terminal): string {
  const { preview, place, reference, environment } = planned;
  const { style, width } = terminal;
  const target = reference.kind === 'tag' ? reference.tag : reference.digest;
  const to = preview.kind === 'planned' ? preview.promotion.environment : (environment ?? 'the default environment');
  const title = style.bold(`${formatReference(reference.repository, target)} → ${to}`);
  const heads = [
    ...(preview.kind === 'planned' ? imageRows(preview) : []),
    ['Repo', place.repo.name],
    ['Policy', place.policyFrom],
    ...historyRows(planned),
  ];
  return [
    `${title}\n`,
    `${layOut(
      heads.map(([name = '', value = '']) => [style.bold(name), value]),
      width,
    ).join('\n')}\n`,
    ...(preview.kind === 'planned'
      ? [
          renderPlain(renderChanges(preview.asking, EVERYTHING), terminal),
          renderFindingsText(preview.promotion.findings, terminal),
          renderPlain(renderTags(preview.asking, EVERYTHING), terminal),
        ]
      : []),
    renderPlain(resultText(planned), terminal),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

/** A stable shape: docs/cli.md describes it. */
export function planJson(planned: Planned): Readonly<Record<string, unknown>> {
  const { preview, place, reference, database } = planned;
  const about = {
    image: reference.repository,
    tag: reference.kind === 'tag' ? reference.tag : null,
    repo: place.repo.name,
    policy: place.policy.blob,
    policyFrom: place.policyFrom,
    databaseRead: database.kind === 'open',
    outcome: outcomeOf(planned),
  };
  if (preview.kind !== 'planned') {
    const refusal = preview.kind === 'refused' ? preview.refusal.code : preview.kind;
    return { ...about, refusal, message: renderPlain(refusalText(planned), TEXT).trimEnd() };
  }
  const { promotion, environment, image, asking } = preview;
  const { role, ...approvals } = environment.approvals;
  // The operator's minimums count too.
  const selfApproval = asking.rules.every((one) => one.selfApproval);
  return {
    ...about,
    digest: image.facts.digest,
    commit: commitOf(image.facts),
    environment: promotion.environment,
    changes: changesJson(promotion.images[0]?.changes),
    sameCode: promotion.images[0]?.sameCode ?? null,
    findings: promotion.findings.map(findingJson),
    tags: promotion.moves.map((move) => ({
      tag: tagNameOf(move),
      kind: move.kind,
      from: move.kind === 'rollback' ? null : move.baseline,
      to: move.digest,
    })),
    approvals: { ...approvals, required: requiredBy(asking.rules), selfApproval, role },
    history: outcomesJson(planned.outcomesOf?.(image.facts.digest) ?? null),
    open: preview.open.map(({ number, state }) => ({ promotion: `P${number}`, state })),
    message: renderPlain(resultText(planned), TEXT).trimEnd(),
  };
}

function changesJson(changes: ImageChanges | undefined): object | null {
  if (changes === undefined) return null;
  const { held, readAt, ...rest } = changes;
  const at = held.at === null ? null : new Date(held.at).toISOString();
  return { held: { ...held, at }, readAt: new Date(readAt).toISOString(), ...rest };
}

function requiredBy(rules: readonly ApprovalRules[]): number {
  return Math.max(0, ...rules.map(({ required }) => required));
}

const EVERYTHING = { findings: 1000, reviews: 50, tags: 1000, textLength: 500 };
const TEXT = {
  width: Infinity,
  style: {
    bold: (text: string) => text,
    dim: (text: string) => text,
    red: (text: string) => text,
    green: (text: string) => text,
    yellow: (text: string) => text,
  },
};

function imageRows({ image }: Extract<Preview, { kind: 'planned' }>): readonly (readonly string[])[] {
  const { digest } = image.facts;
  return [
    ['Digest', digest],
    ['Commit', commitText(image.facts.lineage)],
  ];
}

/** What became of the image in the environment, or why that is not known. */
function historyRows({ preview, database, outcomesOf }: Planned): readonly (readonly string[])[] {
  if (database.kind === 'absent') return [['History', `not read: ${database.why}`]];
  if (preview.kind !== 'planned' || outcomesOf === null) return [];
  const [outcome] = outcomeTexts(outcomesOf(preview.image.facts.digest));
  return [['History', outcome ?? `never in ${preview.environment.name}`]];
}

function resultText(planned: Planned): string {
  const { preview } = planned;
  if (preview.kind !== 'planned') return refusalText(planned);
  const { promotion, asking, open } = preview;
  const waits =
    open.length === 0
      ? ''
      : `\n\nOpen promotions to this environment:\n\n${promotionLines(open, ({ number }) => `/status ${formatNumber(number)}`)}`;
  switch (outcomeOf(planned)) {
    case 'approval':
      return `**This promotion would wait for approval.** ${whoCanApprove(asking)}${requesterText(asking.rules)}${waits}`;
    case 'no-approval':
      return `**The tags would move at once.** The policy requires no approval.${waits}`;
    case 'incomplete':
      return `${incompleteText(promotion.findings)} ${whoCanApprove(asking)}${requesterText(asking.rules)}${waits}`;
    case 'nothing-to-do':
      return renderRefusal(alreadyThere(promotion.environment, preview));
    case 'checks-failed':
    case 'refused':
      return `**This promotion would fail its checks.**${waits}`;
  }
}

/** Nobody requested it yet: whoever does may be among the people that the policy names. */
function requesterText(rules: readonly ApprovalRules[]): string {
  const isListed = rules.some(({ required, role, selfApproval }) => required > 0 && role === null && !selfApproval);
  return isListed ? ' The requester can’t approve.' : '';
}

function refusalText({ preview, place, reference }: Planned): string {
  if (preview.kind === 'refused') return renderRefusal(preview.refusal);
  if (preview.kind === 'planned') return '';
  const named = preview.images.map((image) => code(image)).join(', ');
  return `The policy of ${code(place.repo.name)} names ${named}. It does not allow ${code(reference.repository)}.`;
}

function alreadyThere(environment: string, preview: Extract<Preview, { kind: 'planned' }>): Refusal {
  const { versionTag } = preview.promotion;
  const tags = [...preview.environment.tags, ...(versionTag === null ? [] : [versionTag])];
  return { code: 'already-in-production', environment, digest: preview.image.facts.digest, tags };
}
