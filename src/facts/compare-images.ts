// Compares what two images are made of, platform by platform. Nothing is read here.
import type { PlatformChanges } from '../domain/image/changes.ts';
import { platformKey } from '../domain/image/platform.ts';
import { withoutCredentials } from '../domain/outside-text.ts';
import { sizeOf, type ImageContents, type PlatformContents } from './contents.ts';
import type { ImageConfig } from '../registry/image-config.ts';

export type Comparison = {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** The platforms that both images have. */
  readonly platforms: readonly PlatformComparison[];
};

export type PlatformComparison = PlatformChanges & { readonly same: boolean; readonly changes: readonly Change[] };

/** Null: not set in that image. */
export type Change = {
  readonly kind: 'config' | 'variable' | 'label';
  readonly name: string;
  readonly from: string | null;
  readonly to: string | null;
};

/** `linux/arm64` and `linux/arm64/v8` are the same platform. */
export function compareImages(from: ImageContents, to: ImageContents): Comparison {
  const before = byPlatform(from);
  const after = byPlatform(to);
  return {
    added: [...after].filter(([key]) => !before.has(key)).map(([, { platform }]) => platform),
    removed: [...before].filter(([key]) => !after.has(key)).map(([, { platform }]) => platform),
    platforms: [...before].flatMap(([key, old]) => {
      const now = after.get(key);
      return now === undefined ? [] : [comparePlatforms(old, now)];
    }),
  };
}

/** A second entry of a platform under another name is a platform of its own: a host may take either. */
function byPlatform({ platforms }: ImageContents): ReadonlyMap<string, PlatformContents> {
  const found = new Map<string, PlatformContents>();
  for (const contents of platforms) {
    const key = platformKey(contents.platform);
    found.set(found.has(key) ? contents.platform : key, contents);
  }
  return found;
}

function comparePlatforms(from: PlatformContents, to: PlatformContents): PlatformComparison {
  const size = from.parts === null || to.parts === null ? null : { from: sizeOf(from.parts), to: sizeOf(to.parts) };
  return {
    platform: from.platform,
    same: from.digest === to.digest,
    size,
    layers: from.parts === null || to.parts === null ? null : compareLayers(from.parts.layers, to.parts.layers),
    changes: from.digest === to.digest ? [] : changesOf(from.details, to.details),
  };
}

type Parts = NonNullable<PlatformContents['parts']>;

function compareLayers(from: Parts['layers'], to: Parts['layers']): PlatformChanges['layers'] {
  const held = new Set(from.map(({ digest }) => digest));
  const kept = new Set(to.map(({ digest }) => digest));
  const added = to.filter(({ digest }) => !held.has(digest));
  return {
    shared: to.length - added.length,
    removed: from.filter(({ digest }) => !kept.has(digest)).length,
    added: added.length,
    addedBytes: added.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
}

/** Of the configs, in a fixed order: what it runs, then variables, then labels, each by name. */
function changesOf(from: ImageConfig | null, to: ImageConfig | null): readonly Change[] {
  if (from === null || to === null) {
    return [
      { kind: 'config', name: 'config', from: from === null ? null : 'readable', to: to === null ? null : 'readable' },
    ];
  }
  return [
    change({ kind: 'config', name: 'entrypoint' }, wordsOf(from.entrypoint), wordsOf(to.entrypoint)),
    change({ kind: 'config', name: 'cmd' }, wordsOf(from.cmd), wordsOf(to.cmd)),
    change({ kind: 'config', name: 'user' }, from.user, to.user),
    change({ kind: 'config', name: 'working directory' }, from.workingDir, to.workingDir),
    change(
      { kind: 'config', name: 'healthcheck' },
      wordsOf(from.healthcheckTest ?? []),
      wordsOf(to.healthcheckTest ?? []),
    ),
    change({ kind: 'config', name: 'ports' }, wordsOf(from.exposedPorts), wordsOf(to.exposedPorts)),
    change({ kind: 'config', name: 'built' }, from.created, to.created),
    ...mapChanges('variable', variablesOf(from), variablesOf(to)),
    ...mapChanges('label', new Map(Object.entries(from.labels)), new Map(Object.entries(to.labels))),
  ].filter((one) => one !== null);
}

function mapChanges(
  kind: 'variable' | 'label',
  from: ReadonlyMap<string, string>,
  to: ReadonlyMap<string, string>,
): readonly (Change | null)[] {
  const names = [...new Set([...from.keys(), ...to.keys()])].toSorted();
  return names.map((name) => change({ kind, name }, from.get(name) ?? null, to.get(name) ?? null));
}

function change(of: Pick<Change, 'kind' | 'name'>, from: string | null, to: string | null): Change | null {
  const [before, after] = [from === '' ? null : from, to === '' ? null : to];
  return before === after ? null : { ...of, from: shown(before), to: shown(after) };
}

/** Labels and variables may hold credentials, which no output shows. */
function shown(value: string | null): string | null {
  return value === null ? null : withoutCredentials(value);
}

function variablesOf({ env }: ImageConfig): ReadonlyMap<string, string> {
  return new Map(
    env.map((line) => {
      const equals = line.indexOf('=');
      return equals === -1 ? [line, ''] : [line.slice(0, equals), line.slice(equals + 1)];
    }),
  );
}

/** Quoted so that a shell splits it into the same words. */
function wordsOf(words: readonly string[]): string {
  return words.map((word) => (/^[\w./:=@%+,-]+$/.test(word) ? word : JSON.stringify(word))).join(' ');
}
