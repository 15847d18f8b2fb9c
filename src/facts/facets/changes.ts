// Compares the image with what its environment holds: the commits between the two, and what each is made of.
import type {
  CommitsBetween,
  ConfigChange,
  ContentsBetween,
  ContentsComparison,
  HeldImage,
} from '../../domain/image/changes.ts';
import { claimsOf } from '../../domain/image/image-claims.ts';
import { commitOf, known, REVISION_LABEL, type ImageFacts } from '../../domain/image/image-facts.ts';
import { parseCommitSha, type CommitSha, type Digest, type Tag } from '../../domain/image/reference.ts';
import { isVersion } from '../../domain/image/tag-kind.ts';
import { withoutCredentials } from '../../domain/outside-text.ts';
import { targetName, type History } from '../../domain/promotion/history.ts';
import { compareCommits } from '../../github/compare.ts';
import { OutsideError } from '../../net/outside-error.ts';
import { retry } from '../../net/retry.ts';
import { compareImages, type Comparison } from '../compare-images.ts';
import type { ImageContents } from '../contents.ts';
import { facet, type FactSources, type Reading } from '../facet.ts';
import { NoAccess } from '../no-access.ts';

/** Throws a transient failure; a comparison that can't be made is a value, and blocks nothing. */
export const changes = facet<'changes', never>({
  needs: [],
  // GitHub knows the commit once it was placed on a branch.
  uses: ['lineage'],
  cost: 'GitHub: one request, free where nothing changed since; registry: the manifests and configs of the held image; database: its history',
  collect: async (facts, reading) => {
    const { subject, sources } = reading;
    const [environment, ...others] = subject.environments;
    if (environment === undefined || others.length > 0) return known({ kind: 'several-environments' });
    const { name } = environment;
    const history = await historyOf(sources, name);
    const digest = history.at(-1)?.digest ?? (await digestOf(reading, environment.tags));
    if (digest === null) return known({ kind: 'nothing-held', environment: name });
    const contents = await readHeld(reading, digest);
    const held = heldImage(history, digest, contents.kind === 'read' ? contents.contents : null);
    const [commits, between] = await Promise.all([
      commitsBetween(reading, { lineage: facts.lineage, held: held.commit }),
      contentsBetween(reading, contents),
    ]);
    const wasHeld = history.some((holding) => holding.digest === subject.digest);
    const rollbackTo = wasHeld ? targetName(history, subject.digest) : subject.tag;
    const readAt = sources.clock.now();
    return known({ kind: 'compared', environment: name, held, rollbackTo, readAt, commits, contents: between });
  },
});

/** Empty without a database: then what the tags hold counts. */
async function historyOf(sources: FactSources, environment: string): Promise<History> {
  try {
    return await sources.history(environment);
  } catch (error) {
    if (error instanceof NoAccess) return [];
    throw error;
  }
}

async function digestOf({ subject, sources }: Reading, tags: readonly Tag[]): Promise<Digest | null> {
  for (const tag of tags) {
    const digest = await sources.registry.findDigest(subject.repository, tag);
    if (digest !== null) return digest;
  }
  return null;
}

/**
 * What was promoted last stays the held image where somebody moved the tags by hand since: who can write packages would else
 * choose what is compared.
 */
function heldImage(history: History, digest: Digest, contents: ImageContents | null): HeldImage {
  const holding = history.at(-1);
  const claimed = contents === null ? null : claimedCommit(contents);
  if (holding === undefined) return { digest, promotion: null, commit: claimed, version: null, at: null };
  const version = holding.tags.findLast(isVersion) ?? null;
  // A rollback to what was there before the first promotion, or an image that named no commit then.
  const commit = holding.commit ?? claimed;
  return { digest, promotion: holding.promotion, commit, version, at: holding.at };
}

/** Where all platforms name the same one. */
function claimedCommit({ platforms }: ImageContents): CommitSha | null {
  const claims = platforms.map((platform) => claimsOf(platform, REVISION_LABEL));
  const named = new Set(claims.flatMap((claim) => (claim.kind === 'known' ? claim.value : [])).map(parseCommitSha));
  const [commit = null] = named;
  return named.size === 1 ? commit : null;
}

type Held = { readonly kind: 'read'; readonly contents: ImageContents } | Extract<ContentsBetween, { kind: 'unknown' }>;

async function readHeld({ subject, sources, contents }: Reading, digest: Digest): Promise<Held> {
  const { repository } = subject;
  try {
    const read = digest === subject.digest ? contents() : sources.images.contents({ repository, digest });
    return { kind: 'read', contents: await read };
  } catch (error) {
    if (!(error instanceof OutsideError) || error.retryable) throw error;
    return { kind: 'unknown', because: error.code === 'manifest-unknown' ? 'gone' : 'unreadable' };
  }
}

async function commitsBetween(
  { subject, sources }: Reading,
  { lineage, held }: Pick<ImageFacts, 'lineage'> & { readonly held: CommitSha | null },
): Promise<CommitsBetween> {
  if (lineage.kind === 'unknown' && lineage.reason.code === 'no-access') {
    return { kind: 'no-access', detail: lineage.reason.detail };
  }
  const commit = commitOf({ lineage });
  if (commit === null) return { kind: 'unknown', because: 'no-commit' };
  if (held === null) return { kind: 'unknown', because: 'held-names-none' };
  if (commit === held) return { kind: 'compared', ahead: 0, behind: 0, commits: [] };
  try {
    const client = sources.github();
    const compared = await retry(() => compareCommits({ client, repo: subject.repo, base: held, head: commit }), {
      clock: sources.clock,
      backoff: { firstMs: PAUSE_MS, longestMs: PAUSE_MS },
      maxTries: MAX_TRIES,
      // A single 404 of GitHub proves nothing.
      isPending: (result) => result.kind === 'impossible' && result.because === 'commit-gone',
      // The job is retried.
      isTransient: () => false,
    });
    if (compared.kind === 'impossible') return { kind: 'unknown', because: compared.because };
    const { ahead, behind, commits } = compared;
    return { kind: 'compared', ahead, behind, commits };
  } catch (error) {
    if (error instanceof NoAccess) return { kind: 'no-access', detail: error.detail };
    if (!(error instanceof OutsideError) || error.retryable) throw error;
    return { kind: 'unknown', because: 'refused' };
  }
}

const MAX_TRIES = 3;
const PAUSE_MS = 1000;

async function contentsBetween(reading: Reading, held: Held): Promise<ContentsBetween> {
  if (held.kind === 'unknown') return held;
  // Without its manifest or config nobody can run it, and without a config its name may be unknown.
  const broken = held.contents.platforms.filter(({ details }) => details === null).map(({ platform }) => platform);
  return { kind: 'compared', broken, ...shownOf(compareImages(held.contents, await reading.contents())) };
}

/** Kept with the promotion, so it is bounded. */
const MAX_PLATFORMS = 20;
const MAX_CHANGES = 40;
const MAX_TEXT = 200;

/** Labels and times of building differ in every build, and say nothing. */
function shownOf({ added, removed, platforms }: Comparison): Omit<ContentsComparison, 'broken'> {
  const config = platforms.flatMap(({ changes: all }) => all.flatMap(configChange));
  // Names of variables may be many: what runs comes first.
  const ordered = [
    ...config.filter(({ kind }) => kind === 'config'),
    ...config.filter(({ kind }) => kind !== 'config'),
  ];
  const distinct = new Map(ordered.map((change) => [JSON.stringify(change), change]));
  return {
    added,
    removed,
    platforms: platforms.slice(0, MAX_PLATFORMS).map(({ platform, size, layers }) => ({ platform, size, layers })),
    config: [...distinct.values()].slice(0, MAX_CHANGES),
  };
}

const SHOWN: readonly string[] = ['config', 'entrypoint', 'cmd', 'user', 'working directory', 'healthcheck', 'ports'];

function configChange({
  kind,
  name,
  from,
  to,
}: Comparison['platforms'][number]['changes'][number]): readonly ConfigChange[] {
  if (kind === 'variable') {
    return [{ kind, name: cut(name), change: from === null ? 'added' : to === null ? 'removed' : 'changed' }];
  }
  if (kind !== 'config' || !SHOWN.includes(name)) return [];
  return [{ kind, name, from: from === null ? null : cut(from), to: to === null ? null : cut(to) }];
}

function cut(written: string): string {
  const text = withoutCredentials(written);
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT).toWellFormed()}…` : text;
}
