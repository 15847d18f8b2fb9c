// Whatever bytes a registry serves: a manifest, a config and findings, or the typed error of each, in time.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { known, type ConfigFacts } from '../../src/domain/image/image-facts.ts';
import { OutsideError } from '../../src/net/outside-error.ts';
import { finding, isAcceptable } from '../../src/domain/finding.ts';
import { validate } from '../../src/domain/validation.ts';
import { findingTexts } from '../../src/messages/finding-words.ts';
import { parseImageConfig } from '../../src/registry/image-config.ts';
import { parseManifest } from '../../src/registry/manifest.ts';
import { readTagPage } from '../../src/registry/tags.ts';
import { config, facts, platform, ruleContext } from '../domain/build.ts';
import { buildImage, type TestImage } from '../support/registry/images.ts';
import { hasGhcrImage, readGhcrImage } from '../support/registry/vectors.ts';
import { fuzz, swiftly } from './campaign.ts';
import { spoilt, spliced, texts } from './hostile.ts';

const IMAGES: readonly TestImage[] = [
  buildImage({ attestationChild: true, healthcheck: ['CMD', '/ready'], labels: { maintainer: 'ada' } }),
  buildImage({ format: 'docker', platforms: ['linux/amd64'] }),
  buildImage({ format: 'old' }),
  ...(hasGhcrImage() ? [readGhcrImage()] : []),
];
const MANIFESTS = IMAGES.flatMap((image) => [image, ...image.children]).map(({ mediaType, raw }) => {
  return { mediaType, text: Buffer.from(raw).toString() };
});
const CONFIGS = IMAGES.flatMap(({ blobs }) => blobs).flatMap(({ content }) => {
  const text = content.kind === 'bytes' ? Buffer.from(content.bytes).toString() : '';
  return text.startsWith('{') && text.includes('"rootfs"') ? [text] : [];
});

const mediaTypes = fc.oneof(fc.constantFrom(...MANIFESTS.map(({ mediaType }) => mediaType)), texts);
const manifests = bodiesLike(MANIFESTS.map(({ text }) => text));

test('the vectors exist', () => {
  expect(MANIFESTS.length).toBeGreaterThan(6);
  expect(CONFIGS.length).toBeGreaterThan(3);
});

test('a manifest is what its media type says, or invalid', () => {
  expect(
    fuzz(fc.record({ mediaType: mediaTypes, raw: manifests }), {
      runs: 2000,
      examine: expectManifest,
    }),
  ).toBeNull();
});

test('a config is read into the fields of the rules, or invalid, and the rules accept any content', () => {
  const policies = fc.subarray(['constructor', '__proto__', 'maintainer', 'toString']);
  expect(
    fuzz(fc.tuple(bodiesLike(CONFIGS), policies), {
      runs: 2000,
      examine: expectFindings,
    }),
  ).toBeNull();
});

test('a page of tags holds valid tags only, or is refused', () => {
  expect(
    fuzz(bodiesLike(['{"name":"acme/dotca","tags":["main","staging-abc1234"]}']), {
      runs: 1000,
      examine: expectTags,
    }),
  ).toBeNull();
});

/** Good JSON with something wrong in it, cut and mixed texts of it, and bytes. */
function bodiesLike(vectors: readonly string[]): fc.Arbitrary<Buffer> {
  return fc.oneof(
    spoilt(vectors.map((text): unknown => JSON.parse(text))).map((value) => Buffer.from(JSON.stringify(value) ?? '')),
    spliced(vectors).map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  );
}

function orRefused<T>(code: string, read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof OutsideError && error.code === code && !error.retryable) return null;
    throw error;
  }
}

function findingsOf(seen: ConfigFacts, required: readonly string[]): ReturnType<typeof validate> {
  const image = facts({ platforms: [platform({ config: known(config(seen)) })] });
  return validate(image, ruleContext({ labels: { level: 'fail', required } }), 'promotion');
}

function expectManifest({ mediaType, raw }: { readonly mediaType: string; readonly raw: Buffer }): void {
  const parsed = swiftly(() => orRefused('manifest-invalid', () => parseManifest({ mediaType, raw, what: 'it' })));
  if (parsed === null) return;
  const parts = parsed.kind === 'image' ? [parsed.config, ...parsed.layers] : parsed.children;
  for (const { digest, sizeBytes } of parts) {
    expect(digest).toMatch(/^sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})$/);
    expect(Number.isSafeInteger(sizeBytes) && sizeBytes >= 0).toBe(true);
  }
}

function expectFindings([raw, required]: readonly [Buffer, readonly string[]]): void {
  const parsed = swiftly(() => orRefused('image-config-invalid', () => parseImageConfig(raw)));
  if (parsed === null) return;
  const { entrypoint, cmd, labels, healthcheckTest: healthcheck, history, diffIds } = parsed;
  const seen = { entrypoint, cmd, labels, healthcheck, historyLayers: history.length, diffIds: diffIds.length };
  const findings = swiftly(() => findingsOf(seen, required));
  expect(findings.length).toBeGreaterThan(5);
  const lacks = required.some((label) => !Object.hasOwn(labels, label) || labels[label] === '');
  expect(findings.some(({ rule, outcome }) => rule === 'labels' && outcome === 'fail')).toBe(lacks);
  expect(lacks && isAcceptable(findings)).toBe(false);
  for (const found of findings) {
    const { seen: words, wanted } = findingTexts(found);
    expect([typeof words, typeof wanted]).toEqual(['string', 'string']);
    expect(finding.parse(found)).toEqual(found);
  }
}

function expectTags(body: Buffer): void {
  const url = new URL('https://ghcr.io/v2/acme/dotca/tags/list');
  const page = swiftly(() => orRefused('registry-protocol', () => readTagPage({ body, link: [], url, what: 'it' })));
  for (const tag of page?.tags ?? []) expect(tag).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/);
}
