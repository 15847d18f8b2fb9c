// Decides whether what was named by a long name belongs to the repository; from then on it is what a plain name would be.
import type { SourceSpec } from '../../domain/command.ts';
import { sourceNames } from '../../domain/image/image-access.ts';
import { readOwnCommit, readOwnImage, type PlainSource } from '../../domain/image/image-source.ts';
import type { ImageRepository } from '../../domain/image/reference.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { listRepoNames } from '../../store/repo-names.ts';
import type { Services } from '../core/services.ts';

type OwnSource =
  { readonly kind: 'own'; readonly source: PlainSource } | { readonly kind: 'refused'; readonly refusal: Refusal };

/** A former name counts where no other repository ever had it, as it does in `source` labels. */
export async function readOwnSource(
  { store, settings }: Pick<Services, 'store' | 'settings'>,
  { repo, image, source }: { readonly repo: Repo; readonly image: ImageRepository; readonly source: SourceSpec },
): Promise<OwnSource> {
  if (source.kind === 'image') {
    const own = readOwnImage(source, image);
    return own === null ? no({ code: 'not-own-image', typed: source.typed, image }) : { kind: 'own', source: own };
  }
  if (source.kind === 'commit') {
    const { githubHost } = settings;
    const names = sourceNames({ repo, names: await listRepoNames(store.db, repo.id) });
    const own = readOwnCommit(source, { names, githubHost });
    if (own !== null) return { kind: 'own', source: own };
    return no({ code: 'not-own-commit', typed: source.typed, repo: repo.name, githubHost });
  }
  return { kind: 'own', source };
}

function no(refusal: Refusal): OwnSource {
  return { kind: 'refused', refusal };
}
