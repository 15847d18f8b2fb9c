// What bytes are a manifest, and which.
import { describe, expect, test } from 'vitest';
import { parseManifest } from '../../src/registry/manifest.ts';
import { failureOf } from './harness.ts';

const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
const OCI_IMAGE = 'application/vnd.oci.image.manifest.v1+json';
const DIGEST = `sha256:${'a'.repeat(64)}`;
const LINUX = { os: 'linux', architecture: 'amd64' };
const DESCRIPTOR = { mediaType: OCI_IMAGE, digest: DIGEST, size: 7 };

describe('Manifests', () => {
  test('are what their Content-Type says', () => {
    const either = { schemaVersion: 2, manifests: null, config: null, layers: null };
    expect(parse(OCI_INDEX, { ...either, manifests: [DESCRIPTOR] })).toMatchObject({ kind: 'index' });
    expect(parse(OCI_IMAGE, { ...either, config: DESCRIPTOR, layers: [] })).toMatchObject({ kind: 'image' });
  });

  test.each([
    ['annotated as attestation', { annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } }, true],
    [
      'annotated as attestation, and for a platform that hosts have',
      { annotations: { 'vnd.docker.reference.type': 'attestation-manifest' }, platform: LINUX },
      false,
    ],
    ['that is an artifact', { artifactType: 'application/vnd.amazon.soci.index.v1+json' }, true],
    ['that is an artifact, and for a platform that hosts have', { artifactType: 'x/y', platform: LINUX }, false],
    ['that is an artifact, and for no platform', { artifactType: 'x/y', platform: { os: '', architecture: '' } }, true],
    ['with an empty kind of artifact', { artifactType: '' }, false],
    ['of a media type that is no manifest', { mediaType: 'application/vnd.in-toto+json' }, true],
    ['that is an index', { mediaType: OCI_INDEX }, false],
    ['without media type', { mediaType: '' }, false],
    ['for the platform unknown/unknown', { platform: { os: 'unknown', architecture: 'unknown' } }, true],
    ['for a platform with an unknown architecture', { platform: { os: 'linux', architecture: 'unknown' } }, false],
    ['without platform', {}, false],
    ['with nulls', { platform: null, annotations: null }, false],
  ])('A child %s', (_name, extra, isAttached) => {
    const parsed = parse(OCI_INDEX, { schemaVersion: 2, manifests: [{ ...DESCRIPTOR, ...extra }] });
    expect(parsed).toMatchObject({ children: [{ isAttached, digest: DIGEST, sizeBytes: 7 }] });
  });

  test.each(['', null, undefined])(
    'with the media type %j in the body are what their Content-Type says',
    (mediaType) => {
      expect(parse(OCI_INDEX, { schemaVersion: 2, mediaType, manifests: [] })).toMatchObject({ kind: 'index' });
      const image = { schemaVersion: 2, mediaType, config: { ...DESCRIPTOR, mediaType }, layers: [DESCRIPTOR] };
      expect(parse(OCI_IMAGE, image)).toMatchObject({ kind: 'image' });
    },
  );

  test.each([
    ['a type that is none', 'application/json', { schemaVersion: 2 }, 'not an image manifest or index'],
    ['a field that disagrees', OCI_INDEX, { schemaVersion: 2, mediaType: OCI_IMAGE, manifests: [] }, 'calls itself'],
    [
      'layers in an index',
      OCI_INDEX,
      { schemaVersion: 2, manifests: [DESCRIPTOR], layers: [] },
      'layers belongs to the other kind of manifest',
    ],
    [
      'children in an image',
      OCI_IMAGE,
      { schemaVersion: 2, config: DESCRIPTOR, layers: [], manifests: [DESCRIPTOR] },
      'manifests belongs to the other kind of manifest',
    ],
    ['no list of children', OCI_INDEX, { schemaVersion: 2 }, 'manifests'],
    [
      'a child that is no digest',
      OCI_INDEX,
      { schemaVersion: 2, manifests: [{ ...DESCRIPTOR, digest: 'sha256:1' }] },
      'is not a digest',
    ],
    [
      'a negative size',
      OCI_IMAGE,
      { schemaVersion: 2, config: { ...DESCRIPTOR, size: -1 }, layers: [] },
      'config.size',
    ],
    ['the old schema', OCI_IMAGE, { schemaVersion: 1, config: DESCRIPTOR, layers: [] }, 'schemaVersion'],
    ['no object', OCI_IMAGE, 'text', 'not a valid'],
  ])('with %s are invalid', async (_name, mediaType, value, words) => {
    const error = await failureOf(Promise.resolve().then(() => parse(mediaType, value)));
    expect(error).toMatchObject({ code: 'manifest-invalid', retryable: false });
    expect(error.message).toContain(words);
  });

  test('that are not UTF-8 JSON are invalid', () => {
    const raw = Buffer.from([0xff, 0xfe]);
    expect(() => parseManifest({ mediaType: OCI_INDEX, raw, what: 'acme/api:main' })).toThrow(
      'acme/api:main is not a valid',
    );
  });
});

function parse(mediaType: string, value: unknown): unknown {
  return parseManifest({ mediaType, raw: Buffer.from(JSON.stringify(value)), what: 'acme/api:main' });
}
