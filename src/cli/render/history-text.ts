// Renders what the environments of a repository held, as text and as JSON.
import { formatNumber } from '../../domain/promotion/promotion.ts';
import type { EnvironmentHistory, HeldImage } from '../../engine/publish/load-overview.ts';
import { holdingMarks } from '../../messages/held-words.ts';
import { plainText } from '../../messages/escape.ts';
import { formatTime, listWords } from '../../messages/format.ts';
import { layOut, type Cell } from './columns.ts';
import { heldJson, shortHex, sourceLines } from './status-text.ts';
import type { Terminal } from '../services.ts';

export type RepoHistory = {
  readonly id: number;
  readonly name: string;
  readonly environments: readonly EnvironmentHistory[];
};

/** Lines with line ends. */
export function renderRepoHistory({ name, environments }: RepoHistory, terminal: Terminal): string {
  const { bold } = terminal.style;
  if (environments.length === 0) return `${bold(name)}\n\nNothing was promoted yet.\n`;
  return environments
    .map(({ environment, total, held }) => {
      const shown = held.length < total ? `the newest ${held.length} of ${total}` : 'newest first';
      const rows = held.map((one) => rowOf(one, environment));
      const table = layOut([HEAD, ...rows], terminal.width);
      return `${bold(`${name} ${plain(environment)}`)}, ${shown}\n\n${table.join('\n')}\n`;
    })
    .join('\n');
}

const HEAD = ['PROMOTION', 'IMAGE', 'DIGEST', 'SINCE', 'REQUESTED BY', 'APPROVED BY', 'STATUS'];

function rowOf({ holding, promotion, isCurrent, isRolledBack }: HeldImage, environment: string): readonly Cell[] {
  const id = formatNumber(holding.promotion);
  const status = [
    ...(isCurrent ? [`in ${plain(environment)}`] : []),
    ...holdingMarks({ ...holding, isRolledBack }),
  ].join(', ');
  if (promotion === null) return [`before ${id}`, '', shortHex(holding.digest), '', '', '', status];
  return [
    id,
    sourceLines(promotion),
    shortHex(holding.digest),
    formatTime(holding.at),
    plain(promotion.requester.login),
    listWords(holding.approvedBy.map(plain)) || 'nobody',
    status,
  ];
}

/** A stable shape: docs/cli.md describes it. */
export function repoHistoryJson({ id, name, environments }: RepoHistory): object {
  return {
    repo: name,
    repoId: id,
    environments: environments.map(({ environment, total, held }) => ({
      environment,
      total,
      held: held.map(heldImageJson),
    })),
  };
}

function heldImageJson({ repository, holding, promotion, isCurrent, isRolledBack }: HeldImage): object {
  const { kind, digest, tags } = holding;
  const image = { repository, digest, tags, current: isCurrent };
  if (promotion === null) return { kind, before: formatNumber(holding.promotion), ...image, rolledBack: isRolledBack };
  const commit = promotion.images.find((one) => one.repository === repository)?.commit ?? null;
  const held = heldJson(promotion, { ...holding, isRolledBack });
  const { approvedBy, summary } = holding;
  return { ...held, ...image, commit, summary, approvedBy };
}

function plain(text: string): string {
  return plainText(text, { maxLength: 200 });
}
