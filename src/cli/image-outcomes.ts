// What became of images in the environments of a policy, for the commands that show images.
import type { Digest, ImageRepository } from '../domain/image/reference.ts';
import type { EnvironmentPolicy } from '../domain/policy/policy.ts';
import type { ImageOutcome } from '../domain/promotion/history.ts';
import { formatNumber } from '../domain/promotion/promotion.ts';
import type { Database } from '../engine/examine/fact-sources.ts';
import { loadOutcomes } from '../engine/publish/load-outcomes.ts';
import { outcomeText } from '../messages/held-words.ts';
import type { RegistryClient } from '../registry/client.ts';

/** The outcomes of a digest, in the order of the environments. Null: the database was not read. */
export type OutcomesOf = ((digest: Digest) => readonly ImageOutcome[]) | null;

export async function readOutcomes(
  { registry, database }: { readonly registry: RegistryClient; readonly database: Database },
  about: {
    readonly repoId: number;
    readonly image: ImageRepository;
    readonly environments: readonly EnvironmentPolicy[];
  },
): Promise<OutcomesOf> {
  if (database.kind === 'absent') return null;
  const { store } = database;
  const { repoId, image, environments } = about;
  const all = await Promise.all(
    environments.map((environment) => loadOutcomes({ registry, store }, { repoId, image, environment })),
  );
  return (digest) => all.flatMap((outcomeOf) => outcomeOf(digest) ?? []);
}

/** `in production (P7): deployed`; one for each environment that held it. */
export function outcomeTexts(outcomes: readonly ImageOutcome[]): readonly string[] {
  return outcomes.map(outcomeText);
}

/** A stable shape: docs/cli.md describes it. */
export function outcomesJson(outcomes: readonly ImageOutcome[] | null): readonly object[] | null {
  return outcomes === null ? null : outcomes.map(outcomeJson);
}

function outcomeJson({ environment, promotion, isCurrent, report, isRolledBack, forced }: ImageOutcome): object {
  return {
    environment,
    promotion: promotion === null ? null : formatNumber(promotion),
    current: isCurrent,
    deployment: report,
    rolledBack: isRolledBack,
    forced,
  };
}
