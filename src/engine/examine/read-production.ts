// Reads what the tags of an environment hold now: the plan's baseline.
import { defaultEnvironment, type EnvironmentPolicy } from '../../domain/policy/policy.ts';
import type { Promotion } from '../../domain/promotion/promotion.ts';
import type { ImageRepository, Tag } from '../../domain/image/reference.ts';
import { tagsToRead, type PinnedImage, type TagState } from '../../domain/image/tag-plan.ts';
import { listHeld } from '../../store/promotions/history.ts';
import { listUnfinishedWriters } from '../../store/promotions/tag-moves.ts';
import { loadPlannedPolicy } from '../core/load.ts';
import type { Services } from '../core/services.ts';

/** One request per tag, in parallel. The kept ones are also looked up in the journal, if there is one. */
export async function readProduction(
  { registry, store }: Pick<Services, 'registry'> & { readonly store: Services['store'] | null },
  args: {
    readonly repoId: number;
    readonly environment: EnvironmentPolicy;
    readonly image: PinnedImage;
    readonly versionTag: Tag | null;
  },
): Promise<readonly TagState[]> {
  const { repoId, environment, image } = args;
  const { repository } = image;
  return Promise.all(
    tagsToRead(args).map(async (tag): Promise<TagState> => {
      const digest = await registry.findDigest(repository, tag);
      const asked = digest !== null && digest !== image.digest && !environment.tags.includes(tag);
      const leftovers =
        asked && store !== null ? await listUnfinishedWriters(store.db, { repoId, repository, tag }) : [];
      return { repository, tag, digest, leftByUnfinished: digest !== null && leftovers.includes(digest) };
    }),
  );
}

/** What an image was compared with: the number of the promotion that put it there, or null. */
type ComparedWith = { readonly repository: ImageRepository; readonly promotion: number | null };

/**
 * True if another promotion has reached the environment since its images were compared with what it held. The tags may show
 * the newer image already, so they do not tell.
 */
export async function isComparisonOld(
  { store }: Pick<Services, 'store'>,
  { repoId, environment }: { readonly repoId: number; readonly environment: string },
  compared: readonly ComparedWith[],
): Promise<boolean> {
  const held = await Promise.all(
    compared.map(({ repository }) => listHeld(store.db, { repoId, environment, repository })),
  );
  return compared.some(({ promotion }, at) => promotion !== (held[at]?.at(-1)?.promotion ?? null));
}

/** The same for a promotion's own environment and images; without its policy, for the tags of its plan. */
export async function readProductionOf(services: Services, promotion: Promotion): Promise<readonly TagState[]> {
  const { repo, versionTag, baseline, images } = promotion;
  const planned = await loadPlannedPolicy(services, promotion);
  const environment = planned ?? {
    ...defaultEnvironment(promotion.environment),
    tags: baseline.map(({ tag }) => tag),
  };
  const read = images.map((image) => readProduction(services, { repoId: repo.id, environment, image, versionTag }));
  return (await Promise.all(read)).flat();
}
