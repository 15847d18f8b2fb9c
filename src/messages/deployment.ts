// The words about deployments: the description on GitHub, and the result on the card.
import { formatNumber, sourceName, type Notice, type Promotion } from '../domain/promotion/promotion.ts';
import { reportersLine } from '../domain/promotion/reporter.ts';
import { code, escapeText, link } from './escape.ts';
import { formatTime, shortDigest } from './format.ts';
import type { PromotionView } from './promotion-view.ts';

/** GitHub refuses a description over this. */
const MAX_DESCRIPTION_LENGTH = 140;

/** Plain text on one line: `P12: staging-abc1234 to production, requested by ada`. */
export function deploymentDescription(promotion: Promotion): string {
  const { number, kind, environment, requester } = promotion;
  const source = sourceName(promotion);
  const what = kind === 'rollback' ? `${environment} back to ${source}` : `${source} to ${environment}`;
  const text = `${formatNumber(number)}: ${what}, requested by ${requester.login}`;
  return text.length <= MAX_DESCRIPTION_LENGTH ? text : `${text.slice(0, MAX_DESCRIPTION_LENGTH - 1)}…`;
}

/** The result of the deployment, with a link to its log; empty before the first report. */
export function deploymentNews({ state }: Promotion): string {
  switch (state.kind) {
    case 'deploying':
    case 'deployed':
    case 'deployment-failed': {
      const more = state.url === null ? '' : ` (${link('log', state.url)})`;
      const by = state.by === undefined ? '' : `, reported by ${code(state.by.login)}`;
      return `${NEWS[state.kind]} ${formatTime(state.since)}${by}${more}.`;
    }
    default:
      return '';
  }
}

/** For a report that came after the next promotion; empty for any other. */
export function replacedText({ promotion, replacedBy }: PromotionView): string {
  return replacedBy === null ? '' : `By then, ${code(promotion.environment)} held ${formatNumber(replacedBy)}.`;
}

/** A later report that does not count, as an alert with the line that makes it count; empty without one. */
export function uncountedReportText({ uncountedReport: report, environment }: Promotion): string {
  if (report === undefined) return '';
  const { by, status, at } = report;
  const key = code(`environments.${environment}.deployment`);
  return `> [!NOTE]\n> ${NEWS[status]} ${formatTime(at)}, reported by ${code(by.login)}, not counted. To count such reports, add ${code(reportersLine(by))} to ${key} in ${code('.github/promotion.yml')}.`;
}

/** A sentence; empty without a report. */
export function deployerLink({ state }: Promotion): string {
  const url = 'url' in state ? state.url : null;
  return url === null ? '' : `${link('Deployment log', url)}.`;
}

const NEWS = {
  deploying: 'Deploying since',
  deployed: 'Deployed',
  'deployment-failed': 'The deployment failed',
} as const;

export type DeploymentNotice = Extract<Notice, { kind: 'other-deployment' | 'no-deployment' }>;

export function isDeploymentNotice(notice: Notice): notice is DeploymentNotice {
  return notice.kind === 'other-deployment' || notice.kind === 'no-deployment';
}

/** What is wrong with the deployment, as an alert. */
export function deploymentNoticeText(notice: DeploymentNotice, { repo, number }: Promotion, githubUrl: string): string {
  if (notice.kind === 'no-deployment') {
    return `> [!WARNING]\n> GitHub created no deployment: ${escapeText(notice.problem.detail, { maxLength: 500 })} The tags are moved; deploy by hand, or comment ${code(`/refresh P${number}`)} to try again.`;
  }
  const { environment, commit, digest, by, at } = notice;
  const shown = link(code(commit.slice(0, 7)), `${githubUrl}/${repo.name}/commit/${commit}`);
  return `> [!WARNING]\n> ${code(by)} deployed ${shown} to ${code(environment)}${digest === undefined ? '' : ` (image ${shortDigest(digest)})`}, ${formatTime(at)}. Its tags hold another image.`;
}
