// Reads what an image is made of: its manifest, the manifests of its runnable platforms, and their configs.
import { claimsAmong } from '../domain/image/image-claims.ts';
import {
  unknown,
  known,
  type Annotations,
  type ConfigFacts,
  type Fact,
  type MissingPart,
} from '../domain/image/image-facts.ts';
import type { UnknownReason } from '../domain/image/unknown-reason.ts';
import { OutsideError } from '../net/outside-error.ts';
import { unknownAfter } from './outside-reason.ts';
import type { Digest, ImageRepository } from '../domain/image/reference.ts';
import type { RegistryClient } from '../registry/client.ts';
import { parseImageConfig, type ImageConfig } from '../registry/image-config.ts';
import {
  IMAGE_CONFIG_TYPES,
  type Descriptor,
  type IndexChild,
  type Manifest,
  type Platform,
} from '../registry/manifest.ts';

export type ImageContents = {
  readonly mediaType: string;
  readonly platforms: readonly PlatformContents[];
};

export type PlatformContents = {
  readonly platform: string;
  readonly digest: Digest;
  /** Null when the registry does not hold the platform's manifest. */
  readonly parts: { readonly config: Descriptor; readonly layers: readonly Descriptor[] } | null;
  readonly config: Fact<ConfigFacts>;
  /** Source and revision, of the indexes around it, outermost first, then of its own manifest. */
  readonly annotations: readonly Annotations[];
  /** The whole config, for output that shows more than rules read; null if it could not be read. */
  readonly details: ImageConfig | null;
  readonly missing: readonly MissingPart[];
};

type Source = { readonly registry: RegistryClient; readonly repository: ImageRepository };

const MAX_DEPTH = 3;

/** Limits what one image makes us read: an index of indexes could name a million manifests. */
type Budget = { manifests: number; configBytes: number };

const MAX_MANIFESTS = 200;
const MAX_CONFIG_BYTES = 8 * 1024 * 1024;

/**
 * Everything that the manifests say, read in three steps: the image, its platforms in parallel, their configs. A part that
 * the registry lacks is listed as missing; any other failure is thrown (OutsideError).
 */
export async function collectContents(source: Source, digest: Digest): Promise<ImageContents> {
  return (await readImage(source, digest)).contents;
}

/** The same, with the manifest that it was read from. */
export async function readImage(
  source: Source,
  digest: Digest,
): Promise<{ readonly manifest: Manifest; readonly contents: ImageContents }> {
  const manifest = await source.registry.fetchManifest(source.repository, digest);
  const budget = { manifests: MAX_MANIFESTS, configBytes: MAX_CONFIG_BYTES };
  const platforms = await platformsOf({ ...source, budget }, { manifest, platform: null, around: [], depth: 1 });
  return { manifest, contents: { mediaType: manifest.mediaType, platforms: distinguish(platforms) } };
}

/** Several entries of one platform get what differs behind their name: a version or features, else the digest. */
function distinguish(read: readonly (PlatformContents & Versioned)[]): readonly PlatformContents[] {
  const groups = Map.groupBy(read, ({ platform }) => platform);
  return read.map(({ version, ...contents }) => {
    const same = groups.get(contents.platform) ?? [];
    if (same.length < 2) return contents;
    const isDistinct = version !== '' && same.filter((one) => one.version === version).length === 1;
    const platform = `${contents.platform} (${isDistinct ? version.slice(0, MAX_VERSION) : shortDigest(contents.digest)})`;
    const missing = contents.missing.map((part) => ({ ...part, platform }));
    return { ...contents, platform, missing };
  });
}

/** Of the index entry. */
type Versioned = { readonly version: string };

const MAX_VERSION = 60;

function shortDigest(digest: Digest): string {
  return digest.slice(0, 'sha256:'.length + 12);
}

type Reading = Source & { readonly budget: Budget };

async function platformsOf(
  source: Reading,
  at: {
    readonly manifest: Manifest;
    readonly platform: Platform | null;
    /** Annotations of the indexes above it. */
    readonly around: readonly Annotations[];
    readonly depth: number;
  },
): Promise<readonly (PlatformContents & Versioned)[]> {
  const { body, digest } = at.manifest;
  const annotations = [...at.around, claimsAmong(body.annotations)];
  if (body.kind === 'image')
    return [await platformOf(source, { digest, platform: at.platform, annotations, parts: body })];
  if (at.depth >= MAX_DEPTH) {
    throw invalid(`${source.repository}@${digest} is nested three indexes deep, which is not supported`);
  }
  const runnable = body.children.filter((child) => !child.isAttached);
  source.budget.manifests -= runnable.length;
  if (source.budget.manifests < 0) {
    throw invalid(`${source.repository}@${digest} names more than ${MAX_MANIFESTS} platforms, which is the limit`);
  }
  const children = await Promise.all(
    runnable.map((child) => childOf(source, child, { around: annotations, depth: at.depth + 1 })),
  );
  return children.flat();
}

async function childOf(
  source: Reading,
  child: IndexChild,
  at: { readonly around: readonly Annotations[]; readonly depth: number },
): Promise<readonly (PlatformContents & Versioned)[]> {
  const { digest, platform } = child;
  try {
    const manifest = await source.registry.fetchManifest(source.repository, digest);
    if (isArtifact(manifest)) return [];
    return await platformsOf(source, { manifest, platform, ...at });
  } catch (error) {
    if (!isAbsent(error)) throw error;
    const name = platform === null ? digest : nameOf(platform, null);
    const version = platform?.version ?? '';
    const config = unknown({ code: 'part-missing', part: 'manifest' });
    const missing = [{ part: 'manifest', digest, platform: name }] as const;
    return [{ platform: name, digest, parts: null, config, annotations: at.around, details: null, missing, version }];
  }
}

/** Only the config tells where an index says neither a platform nor a kind of artifact. */
function isArtifact({ body }: Manifest): boolean {
  const type = body.kind === 'image' ? body.config.mediaType : '';
  return type !== '' && !IMAGE_CONFIG_TYPES.includes(type);
}

async function platformOf(
  source: Reading,
  image: {
    readonly digest: Digest;
    readonly platform: Platform | null;
    readonly annotations: readonly Annotations[];
    readonly parts: { readonly config: Descriptor; readonly layers: readonly Descriptor[] };
  },
): Promise<PlatformContents & Versioned> {
  const { digest, parts, annotations } = image;
  const version = image.platform?.version ?? '';
  const config = await configOf(source, parts.config);
  const platform = nameOf(image.platform, config.kind === 'known' ? config.value : null);
  if (config.kind === 'unknown') {
    return {
      platform,
      digest,
      parts,
      config: unknown(config.reason),
      annotations,
      details: null,
      version,
      missing: config.reason.code === 'part-missing' ? [{ part: 'config', digest: parts.config.digest, platform }] : [],
    };
  }
  const { value: details } = config;
  return { platform, digest, parts, config: known(toFacts(details)), annotations, details, missing: [], version };
}

type ConfigRead =
  | { readonly kind: 'known'; readonly value: ImageConfig }
  | { readonly kind: 'unknown'; readonly reason: UnknownReason };

async function configOf({ registry, repository, budget }: Reading, descriptor: Descriptor): Promise<ConfigRead> {
  const { digest, sizeBytes: maxBytes } = descriptor;
  budget.configBytes -= maxBytes;
  if (budget.configBytes < 0) {
    return unknown({ code: 'configs-too-large', maxBytes: MAX_CONFIG_BYTES });
  }
  try {
    const bytes = await registry.fetchBlob({ repository, digest, maxBytes });
    return { kind: 'known', value: parseImageConfig(bytes) };
  } catch (error) {
    if (isAbsent(error)) return unknown({ code: 'part-missing', part: 'config' });
    if (error instanceof OutsideError && UNREADABLE_CODES.includes(error.code)) return unknownAfter(error);
    throw error;
  }
}

/** Failures of the image itself, not of the connection. */
const UNREADABLE_CODES: readonly string[] = ['image-config-invalid', 'blob-too-large', 'digest-mismatch'];

function invalid(message: string): OutsideError {
  return new OutsideError(message, { code: 'manifest-invalid', retryable: false });
}

function isAbsent(error: unknown): boolean {
  return error instanceof OutsideError && (error.code === 'manifest-unknown' || error.code === 'blob-unknown');
}

function toFacts(config: ImageConfig): ConfigFacts {
  const { entrypoint, cmd, labels, healthcheckTest, history, diffIds } = config;
  return {
    entrypoint,
    cmd,
    labels,
    healthcheck: healthcheckTest,
    historyLayers: history.length === 0 ? null : history.filter(({ emptyLayer }) => !emptyLayer).length,
    diffIds: diffIds.length,
  };
}

/** What a host pulls, compressed: a registry holds a layer once, however often the image lists it. */
export function sizeOf({ config, layers }: NonNullable<PlatformContents['parts']>): number {
  const distinct = new Map([config, ...layers].map((part) => [part.digest, part.sizeBytes]));
  return [...distinct.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/** Where neither index nor config names one. */
const NO_PLATFORM = 'no platform named';

function nameOf(platform: Platform | null, config: ImageConfig | null): string {
  if (platform !== null && platform.os !== '' && platform.architecture !== '') return formatPlatform(platform);
  const { os, architecture, variant } = config ?? { os: '', architecture: '', variant: null };
  return (os ?? '') === '' || (architecture ?? '') === ''
    ? NO_PLATFORM
    : formatPlatform({ os: os ?? '', architecture: architecture ?? '', variant });
}

/** `linux/arm64/v8`. */
export function formatPlatform({ os, architecture, variant }: Omit<Platform, 'version'>): string {
  return [os, architecture, variant].filter((part) => part !== null && part !== '').join('/');
}
