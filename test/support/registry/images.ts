// Builds container images for tests and the demo: real manifests, configs and digests, with layers as small or large as wanted.
import { createHash } from 'node:crypto';

export { pushImage } from './push.ts';

export type TestBlob = {
  readonly digest: string;
  readonly sizeBytes: number;
  /** `zeros` are made while they are sent; `declared` exist only as a size (in the double, by `addSparseBlob`). */
  readonly content: { readonly kind: 'bytes'; readonly bytes: Uint8Array } | { readonly kind: 'zeros' | 'declared' };
};

export type TestManifest = { readonly digest: string; readonly mediaType: string; readonly raw: Uint8Array };

export type TestImage = TestManifest & {
  /** Platform manifests and attestation children of an index; empty for a single image. */
  readonly children: readonly (TestManifest & { readonly platform: string })[];
  readonly blobs: readonly TestBlob[];
};

/** A layer: its own bytes, a number of zeros (a legal empty tar), or a size without bytes. */
export type TestLayer = Uint8Array | { readonly zeros: number } | { readonly declaredSize: number };

export type ImageContent = {
  readonly layers?: readonly TestLayer[];
  readonly labels?: Readonly<Record<string, string>> | null;
  /** Of the platform's manifest. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly cmd?: readonly string[] | null;
  readonly entrypoint?: readonly string[] | null;
  /** `Healthcheck.Test`, such as `['CMD', '/ready']` or `['NONE']`. */
  readonly healthcheck?: readonly string[] | null;
  readonly user?: string | null;
  /** `NAME=value` each. */
  readonly env?: readonly string[];
  /** Such as `8080/tcp`. */
  readonly ports?: readonly string[];
  readonly created?: string;
  /** Merged over the finished config, for configs that contradict themselves. */
  readonly configPatch?: Readonly<Record<string, unknown>>;
};

export type ImageOptions = ImageContent & {
  /** Default `['linux/amd64', 'linux/arm64']`. One platform without attestation child makes a plain manifest. */
  readonly platforms?: readonly string[];
  /** What differs on one platform. */
  readonly perPlatform?: Readonly<Record<string, ImageContent>>;
  /** Shorthand for layers that exist as sizes only; put before `layers`. */
  readonly declaredLayerSizes?: readonly number[];
  readonly attestationChild?: boolean;
  /** Of the index, where there is one. */
  readonly indexAnnotations?: Readonly<Record<string, string>>;
  /** `old` is OCI without `mediaType` fields, as umoci and buildah write it. */
  readonly format?: 'oci' | 'docker' | 'old';
  /** Makes an index even for one platform. */
  readonly forceIndex?: boolean;
  /** Anything that makes this image's digest differ from another's. */
  readonly seed?: string;
};

/** An image by these options; the same options give the same digest. */
export function buildImage(options: ImageOptions = {}): TestImage {
  const format = options.format ?? 'oci';
  const platforms = options.platforms ?? ['linux/amd64', 'linux/arm64'];
  const blobs = new Map<string, TestBlob>();
  const keep = (blob: TestBlob): TestBlob => {
    blobs.set(blob.digest, blob);
    return blob;
  };
  const built = platforms.map((platform) => ({ platform, ...buildPlatform({ options, platform, format, keep }) }));
  const [only] = built;
  if (built.length === 1 && only !== undefined && options.attestationChild !== true && options.forceIndex !== true) {
    return { ...only, children: [], blobs: [...blobs.values()] };
  }
  const attestations = options.attestationChild === true ? built.map((child) => buildAttestation(child, keep)) : [];
  const children = [...built, ...attestations];
  const index = manifestOf(TYPES[format].index, {
    schemaVersion: 2,
    ...(format === 'old' ? {} : { mediaType: TYPES[format].index }),
    ...(options.indexAnnotations === undefined ? {} : { annotations: options.indexAnnotations }),
    manifests: [
      ...built.map((child) => ({ ...describe(child), platform: splitPlatform(child.platform) })),
      ...attestations.map((child) => ({
        ...describe(child),
        annotations: {
          'vnd.docker.reference.digest': child.subject,
          'vnd.docker.reference.type': 'attestation-manifest',
        },
        platform: { architecture: 'unknown', os: 'unknown' },
      })),
    ],
  });
  return {
    ...index,
    children: children.map(({ digest, mediaType, raw, platform }) => ({ digest, mediaType, raw, platform })),
    blobs: [...blobs.values()],
  };
}

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** The bytes of zeros, a piece at a time. */
export function* zeroChunks(sizeBytes: number): Generator<Uint8Array> {
  for (let left = sizeBytes; left > 0; left -= CHUNK.length) yield CHUNK.subarray(0, Math.min(left, CHUNK.length));
}

const OCI = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
};
const TYPES = {
  oci: OCI,
  old: OCI,
  docker: {
    index: 'application/vnd.docker.distribution.manifest.list.v2+json',
    manifest: 'application/vnd.docker.distribution.manifest.v2+json',
    config: 'application/vnd.docker.container.image.v1+json',
    layer: 'application/vnd.docker.image.rootfs.diff.tar',
  },
};
const CHUNK = new Uint8Array(1024 * 1024);
const zeroDigests = new Map<number, string>();

type Keep = (blob: TestBlob) => TestBlob;

function buildPlatform(args: {
  readonly options: ImageOptions;
  readonly platform: string;
  readonly format: 'oci' | 'docker' | 'old';
  readonly keep: Keep;
}): TestManifest {
  const { options, platform, format, keep } = args;
  const content = { ...options, ...options.perPlatform?.[platform] };
  const declared = (options.declaredLayerSizes ?? []).map((declaredSize) => ({ declaredSize }));
  const fallback =
    declared.length === 0 ? [new TextEncoder().encode(`layer of ${platform} ${options.seed ?? ''}`)] : [];
  const layers = [...declared, ...(content.layers ?? fallback)].map((layer, at) =>
    keep(layerBlob(layer, `${at} ${platform} ${options.seed ?? ''}`)),
  );
  const config = {
    created: content.created ?? '2026-11-01T10:00:00Z',
    ...splitPlatform(platform),
    config: {
      ...(content.cmd === null ? {} : { Cmd: content.cmd ?? ['/app'] }),
      ...(content.entrypoint ? { Entrypoint: content.entrypoint } : {}),
      ...(content.ports ? { ExposedPorts: Object.fromEntries(content.ports.map((port) => [port, {}])) } : {}),
      ...(content.labels ? { Labels: content.labels } : {}),
      ...(content.healthcheck ? { Healthcheck: { Test: content.healthcheck } } : {}),
      ...(content.user ? { User: content.user } : {}),
      ...(options.seed === undefined && content.env === undefined
        ? {}
        : { Env: [...(options.seed === undefined ? [] : [`SEED=${options.seed}`]), ...(content.env ?? [])] }),
    },
    // Layers are not compressed, so a layer's digest is its diff id.
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
    history: [...layers.map(() => ({ created_by: 'COPY' })), { created_by: 'CMD ["/app"]', empty_layer: true }],
    ...content.configPatch,
  };
  const configBlob = keep(bytesBlob(encode(config)));
  return manifestOf(TYPES[format].manifest, {
    schemaVersion: 2,
    ...(format === 'old' ? {} : { mediaType: TYPES[format].manifest }),
    ...(content.annotations === undefined ? {} : { annotations: content.annotations }),
    config: { mediaType: TYPES[format].config, digest: configBlob.digest, size: configBlob.sizeBytes },
    layers: layers.map(({ digest, sizeBytes }) => ({ mediaType: TYPES[format].layer, digest, size: sizeBytes })),
  });
}

/** An attestation manifest as BuildKit before 0.32 writes it. */
function buildAttestation(
  child: TestManifest & { readonly platform: string },
  keep: Keep,
): TestManifest & { readonly platform: string; readonly subject: string } {
  const statement = keep(
    bytesBlob(encode({ _type: 'https://in-toto.io/Statement/v0.1', subject: [{ digest: child.digest }] })),
  );
  const rootfs = { type: 'layers', diff_ids: [statement.digest] };
  const config = keep(bytesBlob(encode({ architecture: 'unknown', os: 'unknown', config: {}, rootfs })));
  const manifest = manifestOf(OCI.manifest, {
    schemaVersion: 2,
    mediaType: OCI.manifest,
    config: { mediaType: OCI.config, digest: config.digest, size: config.sizeBytes },
    layers: [
      {
        mediaType: 'application/vnd.in-toto+json',
        digest: statement.digest,
        size: statement.sizeBytes,
        annotations: { 'in-toto.io/predicate-type': 'https://slsa.dev/provenance/v0.2' },
      },
    ],
  });
  return { ...manifest, platform: 'unknown/unknown', subject: child.digest };
}

function layerBlob(layer: TestLayer, name: string): TestBlob {
  if (layer instanceof Uint8Array) return bytesBlob(layer);
  if ('zeros' in layer) {
    return { digest: digestOfZeros(layer.zeros), sizeBytes: layer.zeros, content: { kind: 'zeros' } };
  }
  const digest = sha256(new TextEncoder().encode(`declared ${layer.declaredSize} ${name}`));
  return { digest, sizeBytes: layer.declaredSize, content: { kind: 'declared' } };
}

function digestOfZeros(sizeBytes: number): string {
  const known = zeroDigests.get(sizeBytes);
  if (known !== undefined) return known;
  const hash = createHash('sha256');
  for (const chunk of zeroChunks(sizeBytes)) hash.update(chunk);
  const digest = `sha256:${hash.digest('hex')}`;
  zeroDigests.set(sizeBytes, digest);
  return digest;
}

function bytesBlob(bytes: Uint8Array): TestBlob {
  return { digest: sha256(bytes), sizeBytes: bytes.length, content: { kind: 'bytes', bytes } };
}

function manifestOf(mediaType: string, value: unknown): TestManifest {
  const raw = encode(value);
  return { digest: sha256(raw), mediaType, raw };
}

function describe(child: TestManifest): { mediaType: string; digest: string; size: number } {
  return { mediaType: child.mediaType, digest: child.digest, size: child.raw.length };
}

function splitPlatform(platform: string): Record<string, string> {
  const [os = 'linux', architecture = 'amd64', variant] = platform.split('/');
  return { architecture, os, ...(variant === undefined ? {} : { variant }) };
}

// Indented, so that a client that writes manifests anew instead of sending their bytes changes the digest.
function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value, null, 3));
}
