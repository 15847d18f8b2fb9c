// `tags`: lists the images of a registry repository with the purpose of each tag.
import { kindOfTag, type TagKind } from '../../domain/image/tag-kind.ts';
import type { Policy } from '../../domain/policy/policy.ts';
import { listImages, type ListedImage } from '../../engine/examine/list-images.ts';
import { plural } from '../../messages/format.ts';
import { openDatabase } from '../database/open-database.ts';
import { outcomesJson, outcomeTexts, readOutcomes, type OutcomesOf } from '../image-outcomes.ts';
import { layOut, type Cell } from '../render/columns.ts';
import { jsonFlag, limitFlag, type CliCommand } from '../command.ts';
import { formatJson } from '../render/json.ts';
import { repositoryArgument, repositoryOf, repoNameOf, repoOfImageFlag } from '../image-argument.ts';
import { problemLines } from './inspect.ts';
import { openRepoContext } from '../repo-context.ts';
import type { Style } from '../services.ts';

const DEFAULT_LIMIT = 20;

export const tags: CliCommand = {
  name: 'tags',
  summary: 'List the images of a repository with the purpose of each tag.',
  args: [repositoryArgument],
  flags: {
    limit: limitFlag('how many images to show', DEFAULT_LIMIT),
    repo: repoOfImageFlag,
    json: jsonFlag,
  },
  example: 'imprimatur tags ghcr.io/acme/dotca',
  run: async ({ args, flags, switches }, services) => {
    const { out, err, terminal, now } = services;
    const repository = repositoryOf(args[0], services.settings().registryHost);
    const name = repoNameOf(flags['repo'], repository);
    const registry = await services.registry();
    terminal.progress(`Listing the tags of ${repository} …`);
    const place = await openRepoContext(services, name);
    const { policy } = place;
    const listing = await listImages({ registry, repository }, (summary) => terminal.progress(`Reading ${summary} …`));
    terminal.progress(null);
    const { images, hiddenTags } = listing;
    if (images.length === 0) {
      await err.write(`imprimatur tags: ${repository} has no tags to show\n`);
      if (switches.has('json')) await out.write(formatJson({ repository, hiddenTags, images: [] }));
      return 1;
    }
    const { database, repoId } = await openDatabase(services, name);
    const about = { repoId: place.repo.id === 0 ? repoId : place.repo.id, image: repository };
    const outcomesOf = await readOutcomes({ registry, database }, { ...about, environments: policy.environments });
    const limit = Number(flags['limit'] ?? DEFAULT_LIMIT);
    const shown = images.slice(0, limit);
    if (switches.has('json')) {
      const head = { repository, repo: place.repo.name, policy: policy.blob, policyFrom: place.policyFrom };
      await out.write(
        formatJson({
          ...head,
          total: images.length,
          hiddenTags,
          images: shown.map((image) => imageJson(image, { policy, outcomesOf })),
        }),
      );
      return 0;
    }
    const rows = shown.flatMap((image) => rowsOf(image, { policy, outcomesOf, now: now(), style: terminal.style }));
    const table = layOut(
      [['IMAGE', 'AGE', 'COMMIT', 'FOR', 'TAG', ...(outcomesOf === null ? [] : ['HISTORY'])], ...rows],
      terminal.width,
    );
    const more =
      images.length > limit
        ? [`${plural(images.length - limit, 'older image')} not shown; raise --limit to see more.`]
        : [];
    const hidden = hiddenTags > 0 ? [`${plural(hiddenTags, 'tag')} of signatures and attestations not shown.`] : [];
    const unread = database.kind === 'open' ? [] : [`History: not read: ${database.why}`];
    const notes = [...more, ...hidden, ...unread, `Policy: ${place.policyFrom}`];
    await out.write(`${table.join('\n')}\n\n${notes.join('\n')}\n`);
    await out.write(problemLines(place.problems));
    return 0;
  },
};

const HEX_SHOWN = 12;
const COMMIT_SHOWN = 7;

/** The order in which the tags of one image are shown. */
const ORDER: readonly TagKind['kind'][] = [
  'environment',
  'version',
  'staging',
  'hotfix',
  'permanent',
  'rollback',
  'other',
];

function rowsOf(
  { digest, tags: held, builtAt, commit }: ListedImage,
  about: { readonly policy: Policy; readonly outcomesOf: OutcomesOf; readonly now: number; readonly style: Style },
): readonly Cell[][] {
  const { policy, outcomesOf, now, style } = about;
  const outcomes = outcomeTexts(outcomesOf?.(digest) ?? []);
  const sorted = sortedTags(held, policy);
  return sorted.map(({ tag, kind }, index) => {
    const isEnvironment = kind.kind === 'environment';
    const name = isEnvironment ? style.green(kind.environment) : kind.kind;
    const first = [
      digest.slice(digest.indexOf(':') + 1).slice(0, HEX_SHOWN),
      shortAge(builtAt, now),
      commit?.slice(0, COMMIT_SHOWN) ?? '?',
    ];
    const history = index === 0 ? outcomes : '';
    return [...(index === 0 ? first : ['', '', '']), name, isEnvironment ? style.bold(tag) : tag, history];
  });
}

function sortedTags(held: ListedImage['tags'], policy: Policy): readonly { tag: string; kind: TagKind }[] {
  const all = held.map((tag) => ({ tag, kind: kindOfTag(tag, policy) }));
  // In the policy's order if there is one, else by name, which puts rollback tags in the order of time.
  return all.toSorted(
    (a, b) =>
      ORDER.indexOf(a.kind.kind) - ORDER.indexOf(b.kind.kind) ||
      placeOf(a.tag, policy) - placeOf(b.tag, policy) ||
      (a.tag < b.tag ? -1 : 1),
  );
}

function placeOf(tag: string, { environments }: Policy): number {
  return environments.flatMap(({ tags: floating }): readonly string[] => floating).indexOf(tag);
}

/** `3d`, `5h`, `12m`. */
function shortAge(at: number | null, now: number): string {
  if (at === null) return '?';
  const minutes = Math.max(0, Math.floor((now - at) / 60_000));
  if (minutes < 60) return `${minutes}m`;
  return minutes < 24 * 60 ? `${Math.floor(minutes / 60)}h` : `${Math.floor(minutes / (24 * 60))}d`;
}

/** A stable shape: docs/cli.md describes it. */
function imageJson(
  { digest, builtAt, commit, tags: held }: ListedImage,
  { policy, outcomesOf }: { readonly policy: Policy; readonly outcomesOf: OutcomesOf },
): object {
  return {
    digest,
    builtAt: builtAt === null ? null : new Date(builtAt).toISOString(),
    commit,
    history: outcomesJson(outcomesOf?.(digest) ?? null),
    tags: sortedTags(held, policy).map(({ tag, kind }) => ({
      tag,
      kind: kind.kind,
      environment: kind.kind === 'environment' ? kind.environment : null,
    })),
  };
}
