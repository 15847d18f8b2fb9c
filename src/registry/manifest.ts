// Turns manifest bytes into an index or an image, decided by media type and never by shape.
import { z } from 'zod';
import { OutsideError } from '../net/outside-error.ts';
import type { Annotations } from '../domain/image/image-facts.ts';
import { parseDigest, type Digest } from '../domain/image/reference.ts';
import { parseJsonBytes } from './json.ts';

export type Platform = {
  readonly os: string;
  readonly architecture: string;
  readonly variant: string | null;
  /** What tells entries of one platform apart, as Windows images use it; empty where it is not set. */
  readonly version: string;
};

export type Descriptor = {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** A foreign layer, such as Windows' base: hosts pull it from its own URL, and the registry need not hold it. */
  readonly isForeign: boolean;
};

export type IndexChild = Descriptor & {
  readonly platform: Platform | null;
  /** An attestation, a SBOM, a SOCI index or the like: never run, so no platform of the image. */
  readonly isAttached: boolean;
};

export type ParsedManifest =
  | { readonly kind: 'index'; readonly annotations: Annotations; readonly children: readonly IndexChild[] }
  | {
      readonly kind: 'image';
      readonly annotations: Annotations;
      readonly config: Descriptor;
      readonly layers: readonly Descriptor[];
    };

/** A manifest as the registry holds it: `raw` is what must be sent to tag it again, byte for byte. */
export type Manifest = {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly raw: Uint8Array;
  readonly body: ParsedManifest;
};

/** Docker mounts 127 layers, and no index names so many platforms: a longer list is an attack. */
const MAX_DESCRIPTORS = 1000;

const INDEX_TYPES: readonly string[] = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
const IMAGE_TYPES: readonly string[] = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

/** Of the configs that runtimes start; a manifest with another one is an artifact. */
export const IMAGE_CONFIG_TYPES: readonly string[] = [
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
];

/** All four: a type left out makes registries say that an image of that type does not exist. */
export const MANIFEST_ACCEPT = [...INDEX_TYPES, ...IMAGE_TYPES].join(', ');

/**
 * Reads a manifest by its Content-Type (image-spec, "manifest" and "image-index"; old builders write no `mediaType` field,
 * so the header decides and a field that is there must agree). What could also be read as the other kind is refused, as
 * containerd does (CVE-2021-41190): one digest must not name two images. OutsideError `manifest-invalid`.
 */
export function parseManifest(args: {
  readonly mediaType: string;
  readonly raw: Uint8Array;
  /** The name of what was read, for the error. */
  readonly what: string;
}): ParsedManifest {
  const { mediaType, raw, what } = args;
  const schema = INDEX_TYPES.includes(mediaType) ? Index : IMAGE_TYPES.includes(mediaType) ? Image : null;
  if (schema === null)
    throw invalid(`${what} has the media type "${shown(mediaType)}", which is not an image manifest or index`);
  const parsed = schema.safeParse(parseJsonBytes(raw));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw invalid(`${what} is not a valid ${mediaType}: ${shown(issue?.path.join('.') ?? '')} ${issue?.message ?? ''}`);
  }
  const named = parsed.data.mediaType;
  if (named !== '' && named !== mediaType) {
    throw invalid(`${what} was served as ${mediaType} but calls itself "${shown(named)}"`);
  }
  return parsed.data.body;
}

/** Some builders write `""` or null where the field should be left out. */
function mediaTypeField(): z.ZodType<string> {
  return z
    .string()
    .nullish()
    .transform((text) => text ?? '');
}

const DescriptorFields = {
  mediaType: mediaTypeField(),
  digest: z.string().transform((text, context) => {
    const digest = parseDigest(text);
    if (digest !== null) return digest;
    context.addIssue({ code: 'custom', message: 'is not a digest' });
    return z.NEVER;
  }),
  size: z.int().nonnegative(),
  urls: z.array(z.string()).nullish().catch(null),
};

const DescriptorSchema = z.object(DescriptorFields).transform(toDescriptor);

const PlatformSchema = z.object({
  os: z.string(),
  architecture: z.string(),
  variant: z.string().nullish(),
  'os.version': z.string().nullish().catch(null),
  'os.features': z.array(z.string()).nullish().catch(null),
  features: z.array(z.string()).nullish().catch(null),
});

const Child = z
  .object({
    ...DescriptorFields,
    artifactType: z.string().nullish(),
    platform: PlatformSchema.nullish(),
    annotations: z.record(z.string(), z.string()).nullish(),
  })
  .transform((child): IndexChild => {
    const platform = child.platform ?? null;
    const isOther = child.mediaType !== '' && ![...INDEX_TYPES, ...IMAGE_TYPES].includes(child.mediaType);
    const isMarked =
      child.annotations?.['vnd.docker.reference.type'] === 'attestation-manifest' || (child.artifactType ?? '') !== '';
    return {
      ...toDescriptor(child),
      platform: platform === null ? null : toPlatform(platform),
      isAttached: isOther || isNowhere(platform) || (isMarked && !isNamed(platform)),
    };
  });

function toPlatform(entry: z.infer<typeof PlatformSchema>): Platform {
  const { os, architecture, variant, features } = entry;
  const parts = [entry['os.version'] ?? '', ...(entry['os.features'] ?? []), ...(features ?? [])];
  return { os, architecture, variant: variant ?? null, version: parts.filter((part) => part !== '').join(' ') };
}

/** BuildKit's attestations are for `unknown/unknown`. */
function isNowhere(platform: { readonly os: string; readonly architecture: string } | null): boolean {
  return platform?.os === 'unknown' && platform.architecture === 'unknown';
}

/** What is for a platform that a host may have is run there, whatever else it is marked as. */
function isNamed(platform: { readonly os: string; readonly architecture: string } | null): boolean {
  return platform !== null && platform.os !== '' && platform.architecture !== '' && !isNowhere(platform);
}

/** Values that are not text say nothing, and keep no image out. */
const AnnotationsSchema = z
  .unknown()
  .optional()
  .transform((set): Annotations =>
    Object.fromEntries(
      Object.entries(typeof set === 'object' && set !== null ? set : {}).flatMap(([name, value]): [string, string][] =>
        typeof value === 'string' ? [[name, value]] : [],
      ),
    ),
  );

const Common = { schemaVersion: z.literal(2), mediaType: mediaTypeField(), annotations: AnnotationsSchema };
const OfTheOther = z.null('belongs to the other kind of manifest').optional();

const Index = z
  .object({ ...Common, manifests: z.array(Child).max(MAX_DESCRIPTORS), config: OfTheOther, layers: OfTheOther })
  .transform(({ mediaType, annotations, manifests }) => ({
    mediaType,
    body: { kind: 'index' as const, annotations, children: manifests },
  }));

const Image = z
  .object({
    ...Common,
    config: DescriptorSchema,
    layers: z.array(DescriptorSchema).max(MAX_DESCRIPTORS),
    manifests: OfTheOther,
  })
  .transform(({ mediaType, annotations, config, layers }) => ({
    mediaType,
    body: { kind: 'image' as const, annotations, config, layers },
  }));

function toDescriptor(fields: {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly urls?: readonly string[] | null | undefined;
}): Descriptor {
  const { mediaType, digest, size: sizeBytes, urls } = fields;
  const isForeign = FOREIGN_LAYER.test(mediaType) && (urls ?? []).some((url) => /^https?:\/\//i.test(url));
  return { mediaType, digest, sizeBytes, isForeign };
}

/** Docker's type, and OCI's (image-spec, "non-distributable layers"). */
const FOREIGN_LAYER =
  /^application\/vnd\.(?:docker\.image\.rootfs\.foreign\.diff\.tar|oci\.image\.layer\.nondistributable\.v1\.tar)(?:[.+]\w+)?$/;

/** Names in a manifest may be as long as the manifest. */
function shown(text: string): string {
  return text.slice(0, 100);
}

function invalid(message: string): OutsideError {
  return new OutsideError(message, { code: 'manifest-invalid', retryable: false });
}
