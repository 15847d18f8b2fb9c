// The alarm about a production that is not what was promoted: what was found, how it is put right, and that it is over.
import type { AuditHead } from '../domain/audit/audit.ts';
import type { Drift, Difference } from '../domain/promotion/drift.ts';
import { formatNumber, type Promotion } from '../domain/promotion/promotion.ts';
import { auditLine } from './log/audit-line.ts';
import { joinBlocks, joinSentences } from './blocks.ts';
import { code, mention } from './escape.ts';
import { capitalise, formatTime, listWords } from './format.ts';
import { promoteLine, rollbackLine } from './card/next-steps.ts';
import { replyMarker } from './replies/reply-marker.ts';

/** Makes the comment findable again. */
export function driftKey({ id }: Pick<Drift, 'id'>): string {
  return `drift ${id}`;
}

/** The comment. `promotion` is what the drift departs from; who asked for it is mentioned. */
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

/** The issue that takes the alarms of an environment whose promotion has no thread. */
export function driftIssue(environment: string): {
  readonly marker: string;
  readonly title: string;
  readonly body: string;
} {
  const marker = replyMarker(`drifts of ${environment}`);
  const message = `Imprimatur tells here when ${code(environment)} is no longer what was promoted, where the promotion has no thread of its own. Each alarm is a comment; once this issue is closed, the next alarm opens a new one.`;
  return { marker, title: `Imprimatur: drift of ${environment}`, body: joinBlocks([marker, message]) };
}

/** A line for each difference, as a list. */
export function driftLines({ differences }: Pick<Drift, 'differences'>): string {
  return differences.map((difference) => `- ${differenceText(difference)}`).join('\n');
}

function differenceText(difference: Difference): string {
  if (difference.kind === 'moved') {
    const { tag, holds, wanted } = difference;
    const now = holds === null ? 'does not exist any more' : `holds ${code(holds)}`;
    return `${code(tag)} ${now}; ${code(wanted)} was promoted.`;
  }
  const { image, manifest, platform } = difference;
  const what = image.role === 'production' ? 'what production should hold' : 'which could be rolled back to';
  const lost = platform === null ? 'its manifest' : `the manifest of ${code(platform)}`;
  return `${code(image.name)}, ${what}: ${lost} is gone (${code(manifest)}).`;
}

function headline(drift: Drift, promotion: Promotion): string {
  const environment = code(drift.environment);
  const since = `Noticed ${formatTime(drift.noticedAt)}.`;
  const id = formatNumber(promotion.number);
  return concernsProduction(drift)
    ? `> [!CAUTION]\n> **${environment} has drifted**: it is no longer what ${id} put there. ${since}`
    : `> [!WARNING]\n> **What ${environment} could be rolled back to is no longer whole.** Its tags are as ${id} left them. ${since}`;
}

function overText({ environment, noticedAt }: Drift, { at, because }: NonNullable<Drift['over']>): string {
  const reasons = {
    'put-right': `all of it is as it should be again`,
    promotion: because.kind === 'promotion' ? `${formatNumber(because.number)} was promoted` : '',
    'not-watched': `the policy has it looked at no more`,
  };
  return `> [!NOTE]\n> **The drift of ${code(environment)} is over**, ${formatTime(at)}: ${reasons[because.kind]}. Noticed ${formatTime(noticedAt)}; it was this:`;
}

function waysOut(drift: Drift, promotion: Promotion): string {
  const { differences, alternative, environment } = drift;
  const id = formatNumber(promotion.number);
  const lost = differences.filter((one) => one.kind === 'missing');
  const isBroken = lost.some(({ image }) => image.role === 'production');
  const targets = [...new Set(lost.filter(({ image }) => image.role === 'target').map(({ image }) => image.name))];
  const back =
    alternative === null ? '' : `${code(alternative)} is whole: ${code(rollbackLine({ environment }, alternative))}.`;
  const again = promotion.kind === 'promotion' ? ` or ${code(promoteLine(promotion))}` : '';
  return joinSentences([
    differences.some(({ kind }) => kind === 'moved')
      ? `Who moved a tag can't be seen, and nothing is moved back by itself.${isBroken ? '' : ` To put the tags back: ${code(rollbackLine({ environment }, id))}${again}.`}`
      : '',
    isBroken ? `${id} can't be pulled any more: push the same image again, or build anew and promote that.` : '',
    targets.length > 0
      ? `${capitalise(listWords(targets.map((name) => `a rollback to ${code(name)}`)))} would fail until the same image is pushed again.`
      : '',
    lost.length > 0 ? back : '',
  ]);
}

function concernsProduction({ differences }: Drift): boolean {
  return differences.some((one) => one.kind === 'moved' || one.image.role === 'production');
}
