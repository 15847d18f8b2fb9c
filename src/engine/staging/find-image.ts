// Looks for the image of a commit under the tags that its build may give it.
import { OutsideError } from '../../net/outside-error.ts';
import { commitHexOf } from '../../domain/rules/tag-commit.ts';
import type { CommitSha, Digest, ImageRepository, Tag } from '../../domain/image/reference.ts';
import { listTags } from '../core/policy/other-tool.ts';
import type { Services } from '../core/services.ts';

export type FoundImage = { readonly tag: Tag; readonly digest: Digest };

export type Wanted = {
  readonly image: ImageRepository;
  readonly prefix: string;
  readonly commit: CommitSha;
  /** Under which builds push most images: they are looked for one by one, and the first one counts. */
  readonly tags: readonly Tag[];
};

/**
 * The image of a commit; null where there is none yet. `alsoOthers`: any tag that shortens the commit in another way counts
 * too, which takes a list of all tags. OutsideError if the registry can't answer, `tags-disagree` where such tags hold
 * different images.
 */
export async function findImage(
  { registry }: Pick<Services, 'registry'>,
  { image, prefix, commit, tags }: Wanted,
  { alsoOthers }: { readonly alsoOthers: boolean },
): Promise<FoundImage | null> {
  for (const tag of tags) {
    const digest = await registry.findDigest(image, tag);
    if (digest !== null) return { tag, digest };
  }
  if (!alsoOthers) return null;
  const listed = await listTags(registry, image);
  const others = (listed === 'too-long' ? [] : listed).filter((tag) =>
    commit.startsWith(commitHexOf(tag, prefix) ?? '-'),
  );
  const found = await Promise.all(others.map(async (tag) => ({ tag, digest: await registry.findDigest(image, tag) })));
  const [first, ...more] = found.flatMap(({ tag, digest }) => (digest === null ? [] : [{ tag, digest }]));
  if (first === undefined) return null;
  if (more.some(({ digest }) => digest !== first.digest)) {
    const names = [first, ...more].map(({ tag }) => tag).join(', ');
    const message = `The tags ${names} of ${image} hold different images of one commit. Promote one of them by its tag.`;
    throw new OutsideError(message, { code: 'tags-disagree', retryable: false });
  }
  return first;
}

/** From then on, all tags of the image are listed: most builds push in time, under a tag that is looked for. */
const OTHERS_AFTER_MS = 2 * 60_000;

/** Whether tags that shorten the commit in another way are looked for. */
export function searchesOthers(wait: {
  readonly since: number;
  readonly now: number;
  readonly isLast: boolean;
}): boolean {
  return wait.isLast || wait.now - wait.since >= OTHERS_AFTER_MS;
}
