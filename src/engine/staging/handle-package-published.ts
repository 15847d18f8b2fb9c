// A hint that something was pushed to a package: jobs that wait for an image there check immediately.
import { nameOf, type ImageRepository } from '../../domain/image/reference.ts';
import { listWaitingForImage } from '../../store/promotions/promotions.ts';
import { listUnsettledStagingChecks } from '../../store/staging-checks.ts';
import type { IntentDefinition, Job, JobOutcome } from '../core/handler.ts';
import type { Services } from '../core/services.ts';

/** The package may belong to another repository than it is promoted from, so its name counts as well. */
export const handlePackagePublished: IntentDefinition<'registry-package'> = {
  key: null,
  queue: 'repo',
  traits: [],
  handle,
  unserved: 'proceeds',
};

async function handle({ payload }: Job<'registry-package'>, { store }: Services): Promise<JobOutcome> {
  const { repo, package: name } = payload;
  const isMeant = (repoId: number, image: ImageRepository | null): boolean =>
    repoId === repo.id || (image !== null && nameOf(image) === name);
  const checks = (await listUnsettledStagingChecks(store.db)).filter(({ repoId, state }) =>
    isMeant(repoId, state.kind === 'waiting' ? state.image : null),
  );
  const promotions = (await listWaitingForImage(store.db)).filter(({ repo: own, state }) =>
    isMeant(own.id, state.kind === 'waiting-for-image' ? state.repository : null),
  );
  return {
    kind: 'done',
    commit: {
      repo,
      effects: [
        ...checks.map(({ repoId, commit }) => ({ kind: 'watch-staging', repoId, commit }) as const),
        ...promotions.map(({ id }) => ({ kind: 'poll-image', promotionId: id }) as const),
      ],
    },
  };
}
