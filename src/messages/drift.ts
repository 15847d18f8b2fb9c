// The alert about drift: what differs from the last promotion, how to fix it, and that it is over.
import type { AuditHead } from '../domain/audit/audit.ts';
import type { Drift, Difference } from '../domain/promotion/drift.ts';
import { reportOf } from '../domain/promotion/history.ts';
import { formatNumber, type Promotion } from '../domain/promotion/promotion.ts';
import { auditLine } from './log/audit-line.ts';
import { joinBlocks, joinSentences } from './blocks.ts';
import { code, mention } from './escape.ts';
import { capitalise, formatTime, listWords } from './format.ts';
import { promoteLine, rollbackLine } from './card/next-steps.ts';
import { outcomeWords } from './held-words.ts';
import { targetOutcomeWords } from './target-origin.ts';
import { replyMarker } from './replies/reply-marker.ts';

/** The marker that finds the comment. */
export function driftKey({ id }: Pick<Drift, 'id'>): string {
  return `drift ${id}`;
}

/** The comment. `promotion` is the one that production should hold; its requester is mentioned. */
export function renderDrift(about: {
  readonly drift: Drift;
  readonly promotion: Promotion;
  readonly auditHead: AuditHead | null;
}): string {
  const { drift, promotion, auditHead } = about;
  return joinBlocks([
    replyMarker(driftKey(drift)),
    drift.over === null ? headline(drift, promotion) : overText(drift, drift.over),
    driftLines(drift),
    drift.over === null ? `${mention(promotion.requester.login)} ${waysOut(drift, promotion)}` : '',
    `<sub>${auditLine(auditHead)}</sub>`,
  ]);
}

/** The issue for the alerts of an environment whose promotion has no thread. */
export function driftIssue(environment: string): {
  readonly marker: string;
  readonly title: string;
  readonly body: string;
} {
  const marker = replyMarker(`drifts of ${environment}`);
  const message = `Imprimatur reports drift of ${code(environment)} here, where the promotion has no thread of its own. Each alert is a comment. If this issue is closed, the next alert opens a new one.`;
  return { marker, title: `Imprimatur: drift of ${environment}`, body: joinBlocks([marker, message]) };
}

/** A line for each difference, as a list. */
export function driftLines({ differences }: Pick<Drift, 'differences'>): string {
  return differences.map((difference) => `- ${differenceText(difference)}`).join('\n');
}

function differenceText(difference: Difference): string {
  if (difference.kind === 'moved') {
    const { tag, holds, wanted } = difference;
    const now = holds === null ? 'no longer exists' : `holds ${code(holds)}`;
    return `${code(tag)} ${now}; the promotion set it to ${code(wanted)}.`;
  }
  const { image, manifest, platform } = difference;
  const what = image.role === 'production' ? 'the current image' : 'a rollback target';
  const lost = platform === null ? 'its manifest' : `the manifest of ${code(platform)}`;
  return `${code(image.name)}, ${what}: ${lost} is gone (${code(manifest)}).`;
}

function headline(drift: Drift, promotion: Promotion): string {
  const environment = code(drift.environment);
  const since = `Detected ${formatTime(drift.noticedAt)}.`;
  const id = formatNumber(promotion.number);
  return concernsProduction(drift)
    ? `> [!CAUTION]\n> **${environment} has drifted** from ${id}. ${since}`
    : `> [!WARNING]\n> **A rollback target of ${environment} is incomplete.** Its tags are as ${id} set them. ${since}`;
}

function overText({ environment, noticedAt }: Drift, { at, because }: NonNullable<Drift['over']>): string {
  const reasons = {
    'put-right': 'all tags and images are as promoted',
    promotion: because.kind === 'promotion' ? `${formatNumber(because.number)} was promoted` : '',
    'not-watched': 'the policy no longer checks for drift',
  };
  return `> [!NOTE]\n> **The drift of ${code(environment)} is over**, ${formatTime(at)}: ${reasons[because.kind]}. Detected ${formatTime(noticedAt)}:`;
}

function waysOut(drift: Drift, promotion: Promotion): string {
  const { differences, alternative, alternativeOutcome: outcome, environment } = drift;
  const id = formatNumber(promotion.number);
  const lost = differences.filter((one) => one.kind === 'missing');
  const isBroken = lost.some(({ image }) => image.role === 'production');
  const targets = [...new Set(lost.filter(({ image }) => image.role === 'target').map(({ image }) => image.name))];
  const back =
    alternative === null
      ? ''
      : `To roll back to ${code(alternative)}${outcome === undefined ? '' : ` (${targetOutcomeWords(outcome)})`}, which is complete: ${code(rollbackLine({ environment }, alternative))}.`;
  const again = promotion.kind === 'promotion' ? ` or ${code(promoteLine(promotion))}` : '';
  return joinSentences([
    differences.some(({ kind }) => kind === 'moved')
      ? `The registry does not record who moved a tag, and Imprimatur does not move it back by itself.${isBroken ? '' : ` To move the tags back to ${id} (${outcomeOf(promotion)}): ${code(rollbackLine({ environment }, id))}${again}.`}`
      : '',
    isBroken ? `${id} can no longer be pulled: push the same image again, or promote a new build.` : '',
    targets.length > 0
      ? `${capitalise(listWords(targets.map((name) => `a rollback to ${code(name)}`)))} would fail until the same image is pushed again.`
      : '',
    lost.length > 0 ? back : '',
  ]);
}

function outcomeOf(promotion: Promotion): string {
  const report = reportOf(promotion)?.status ?? null;
  return outcomeWords({ report, isRolledBack: false, forced: promotion.force }).join(', ');
}

function concernsProduction({ differences }: Drift): boolean {
  return differences.some((one) => one.kind === 'moved' || one.image.role === 'production');
}
