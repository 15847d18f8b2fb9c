// Renders what the environments of a repository hold, and what waits or runs there, as text and as JSON.
import { shownTally } from '../../domain/promotion/approval.ts';
import { reportOf } from '../../domain/promotion/history.ts';
import { formatNumber, knownCommit, listedName, promotedAt, type Promotion } from '../../domain/promotion/promotion.ts';
import type { Digest } from '../../domain/image/reference.ts';
import type { EnvironmentOverview, RepoOverview } from '../../engine/publish/load-overview.ts';
import { holdingMarks, type HoldingMarks } from '../../messages/held-words.ts';
import { namedReviewers, whoCanApprove } from '../../messages/card/reviews.ts';
import { stateTitle } from '../../messages/card/state.ts';
import { driftLines } from '../../messages/drift.ts';
import { plainText } from '../../messages/escape.ts';
import { formatAge, formatTime, listWords } from '../../messages/format.ts';
import { policyProblemWords } from '../../messages/policy-problem.ts';
import type { PromotionView } from '../../messages/promotion-view.ts';
import type { JobCounts } from '../../store/queue/job-upkeep.ts';
import { layOut, wrapText } from './columns.ts';
import { PLAIN } from './output.ts';
import { renderPlain } from './plain-markdown.ts';
import type { Terminal } from '../services.ts';

export type RepoStatus = RepoOverview & {
  readonly id: number;
  readonly name: string;
  /** Since when the App has no access; null where it has. */
  readonly leftAt: number | null;
};

/** Lines with line ends. */
export function renderRepoStatus(
  { name, leftAt, environments, open }: RepoStatus,
  { terminal, now }: { readonly terminal: Terminal; readonly now: number },
): string {
  const { width, style } = terminal;
  const head = ['ENVIRONMENT', 'PROMOTION', 'IMAGE', 'DIGEST', 'SINCE', 'STATUS'];
  const left = leftAt === null ? '' : `: the App has had no access since ${formatTime(leftAt)}`;
  const table = layOut([head, ...environments.map((one) => rowOf(one))], width);
  const problems = environments.flatMap((one) => problemsOf(one, { name, terminal }));
  const items = open.map((view) => renderOpen(view, { terminal, now }));
  return [
    `${style.bold(name)}${left}\n`,
    environments.length === 0 ? 'Nothing was promoted yet.\n' : `${table.join('\n')}\n`,
    ...problems,
    items.length === 0 ? 'No promotion in progress.\n' : `In progress:\n\n${items.join('\n')}`,
  ].join('\n');
}

/** The last line of all. */
export function renderJobCounts({ queued, running, dead }: JobCounts): string {
  const hint = dead === 0 ? '' : ' To list them: imprimatur jobs list';
  return `Jobs: ${queued} queued, ${running} running, ${dead} dead.${hint}\n`;
}

/** Twelve digits, as elsewhere in tables. */
export function shortHex(digest: Digest): string {
  const hex = digest.slice(digest.indexOf(':') + 1);
  return hex.slice(0, 12);
}

/** The source, and the version where one was given. */
export function sourceLines(promotion: Promotion): readonly string[] {
  const { versionTag } = promotion;
  return [plain(listedName(promotion)), ...(versionTag === null ? [] : [versionTag])];
}

function rowOf({ environment, holds }: EnvironmentOverview): readonly (string | readonly string[])[] {
  if (holds === null) return [plain(environment), 'none', '', '', '', 'nothing promoted yet'];
  return [
    plain(environment),
    formatNumber(holds.number),
    sourceLines(holds),
    holds.images.map(({ digest }) => shortHex(digest)),
    formatTime(promotedAt(holds) ?? holds.updatedAt),
    holdingMarks(marksOf(holds)).join(', '),
  ];
}

/** What an environment holds now was left by nothing. */
function marksOf(promotion: Promotion): HoldingMarks {
  const { kind, force: forced } = promotion;
  const report = reportOf(promotion);
  return { kind: kind === 'rollback' ? 'rollback' : 'promotion', report, forced, isRolledBack: false };
}

function problemsOf(
  { environment, drifts, mixed }: EnvironmentOverview,
  { name, terminal }: { readonly name: string; readonly terminal: Terminal },
): readonly string[] {
  const drifted = drifts.map(
    (drift) =>
      `${terminal.style.red(`Drift of ${plain(environment)}`)} since ${formatTime(drift.noticedAt)}:\n\n${renderPlain(driftLines(drift), terminal)}`,
  );
  if (mixed === null) return drifted;
  const id = formatNumber(mixed.number);
  const text = `${terminal.style.red(`${plain(environment)} is inconsistent`)}: ${id} failed and left its tags on different images. Details: imprimatur audit show ${id} --repo ${name}`;
  return [...drifted, `${wrapText(text, terminal.width).join('\n')}\n`];
}

function renderOpen(
  view: PromotionView,
  { terminal, now }: { readonly terminal: Terminal; readonly now: number },
): string {
  const { promotion, cardUrl, deadJob } = view;
  const { number, environment, images, requester, createdAt, force, state, policyProblems = [] } = promotion;
  const id = formatNumber(number);
  const digests = images.map(({ digest }) => shortHex(digest)).join(', ');
  const about = `${sourceLines(promotion).join(' as ')}${digests === '' ? '' : ` (${digests})`}`;
  const title = `${terminal.style.bold(id)} → ${plain(environment)}: ${about}, requested by ${plain(requester.login)} ${formatAge(createdAt, now)}${force ? ', forced' : ''}`;
  const lines = [
    `${stateTitle(view)}${state.kind === 'waiting-for-image' ? ` until ${formatTime(state.until)}` : ''}.${reviewText(view)}`,
    renderPlain(whoCanApprove(view), { width: Infinity, style: PLAIN }).trim(),
    ...(policyProblems.length === 0
      ? []
      : [`The policy file is not valid: ${policyProblems.map(policyProblemWords).join('; ')}`]),
    ...(deadJob === null ? [] : [`Stopped by an internal error. To retry: imprimatur jobs retry ${deadJob}`]),
    ...(cardUrl === null ? [] : [cardUrl]),
  ];
  return [title, ...lines.filter((line) => line !== '').map((line) => `  ${plain(line)}`)]
    .flatMap((line) => wrapText(line, terminal.width))
    .map((line) => `${line}\n`)
    .join('');
}

function reviewText(view: PromotionView): string {
  const { promotion, subject, rules } = view;
  const approvers = approversOf(promotion, { subject, rules });
  return approvers.length === 0 ? '' : ` Approved by ${listWords(approvers.map(plain))}.`;
}

function approversOf(promotion: Promotion, about: Pick<PromotionView, 'subject' | 'rules'>): readonly string[] {
  return shownTally(promotion, about).counted.map(({ by }) => by.login);
}

/** A stable shape: docs/cli.md describes it. */
export function repoStatusJson({ id, name, leftAt, environments, open }: RepoStatus): object {
  return {
    repo: name,
    repoId: id,
    accessLostAt: leftAt === null ? null : timeOf(leftAt),
    environments: environments.map(({ environment, holds, drifts, mixed }) => ({
      environment,
      holds: holds === null ? null : { ...heldJson(holds, marksOf(holds)), images: imagesJson(holds) },
      driftSince: drifts[0] === undefined ? null : timeOf(drifts[0].noticedAt),
      inconsistentSince: mixed === null ? null : { promotion: formatNumber(mixed.number), at: timeOf(mixed.updatedAt) },
    })),
    open: open.map(openJson),
  };
}

/** A promotion that reached an environment; for status and history. */
export function heldJson(promotion: Promotion, { kind, report, forced, isRolledBack }: HoldingMarks): object {
  return {
    promotion: formatNumber(promotion.number),
    kind,
    source: listedName(promotion),
    version: promotion.versionTag,
    since: timeOf(promotedAt(promotion) ?? promotion.updatedAt),
    requester: promotion.requester.login,
    deployment: report === null ? null : { status: report.status, since: timeOf(report.at) },
    rolledBack: isRolledBack,
    forced,
  };
}

function openJson(view: PromotionView): object {
  const { promotion, rules, subject, blockedBy, deadJob, cardUrl } = view;
  const { number, environment, kind, state, requester, createdAt, force } = promotion;
  return {
    promotion: formatNumber(number),
    environment,
    kind,
    source: listedName(promotion),
    version: promotion.versionTag,
    images: imagesJson(promotion),
    commit: knownCommit(promotion),
    state: state.kind,
    requester: requester.login,
    requestedAt: timeOf(createdAt),
    forced: force,
    approvals:
      state.kind === 'awaiting-approval' && rules.length > 0
        ? {
            required: Math.max(...rules.map(({ required }) => required)),
            missing: shownTally(promotion, { subject, rules }).missing,
            approvedBy: approversOf(promotion, { subject, rules }),
            named: namedReviewers(view),
          }
        : null,
    blockedBy: blockedBy === null ? null : formatNumber(blockedBy),
    deadJob,
    cardUrl,
  };
}

function imagesJson({ images }: Promotion): readonly object[] {
  return images.map(({ repository, digest, commit }) => ({ repository, digest, commit }));
}

function timeOf(at: number): string {
  return new Date(at).toISOString();
}

function plain(text: string): string {
  return plainText(text, { maxLength: 600 });
}
