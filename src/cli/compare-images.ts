// Compares what two images are made of, platform by platform. Nothing is read here.
import { withoutCredentials } from '../domain/outside-text.ts';
import type { ImageContents, PlatformContents } from '../facts/contents.ts';
import type { ImageConfig } from '../registry/image-config.ts';

export type Comparison = {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** The platforms that both images have. */
  readonly platforms: readonly PlatformComparison[];
};

export type PlatformComparison = {
  readonly platform: string;
  readonly same: boolean;
  /** Null where a manifest is missing. */
  readonly size: { readonly from: number; readonly to: number } | null;
  readonly layers: LayerComparison | null;
  readonly changes: readonly Change[];
};

export type LayerComparison = {
  /** The layers that both share from the bottom: nobody has to pull them again. */
  readonly shared: number;
  readonly removed: number;
  readonly added: number;
  readonly addedBytes: number;
};

/** Null: not set in that image. */
export type Change = { readonly what: string; readonly from: string | null; readonly to: string | null };

export function compareImages(from: ImageContents, to: ImageContents): Comparison {
  const before = new Map(from.platforms.map((platform) => [platform.platform, platform]));
  const after = new Map(to.platforms.map((platform) => [platform.platform, platform]));
  return {
    added: [...after.keys()].filter((name) => !before.has(name)),
    removed: [...before.keys()].filter((name) => !after.has(name)),
    platforms: [...before].flatMap(([name, old]) => {
      const now = after.get(name);
      return now === undefined ? [] : [comparePlatforms(old, now)];
    }),
  };
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

function sizeOf({ config, layers }: Parts): number {
  return [config, ...layers].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

function compareLayers(from: Parts['layers'], to: Parts['layers']): LayerComparison {
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
    return [{ what: 'config', from: from === null ? null : 'readable', to: to === null ? null : 'readable' }];
  }
  return [
    change('entrypoint', wordsOf(from.entrypoint), wordsOf(to.entrypoint)),
    change('cmd', wordsOf(from.cmd), wordsOf(to.cmd)),
    change('user', from.user, to.user),
    change('working directory', from.workingDir, to.workingDir),
    change('healthcheck', wordsOf(from.healthcheckTest ?? []), wordsOf(to.healthcheckTest ?? [])),
    change('ports', wordsOf(from.exposedPorts), wordsOf(to.exposedPorts)),
    change('built', from.created, to.created),
    ...mapChanges('variable', variablesOf(from), variablesOf(to)),
    ...mapChanges('label', new Map(Object.entries(from.labels)), new Map(Object.entries(to.labels))),
  ].filter((one) => one !== null);
}

function mapChanges(
  kind: string,
  from: ReadonlyMap<string, string>,
  to: ReadonlyMap<string, string>,
): readonly (Change | null)[] {
  const names = [...new Set([...from.keys(), ...to.keys()])].toSorted();
  return names.map((name) => change(`${kind} ${name}`, from.get(name) ?? null, to.get(name) ?? null));
}

function change(what: string, from: string | null, to: string | null): Change | null {
  const [before, after] = [from === '' ? null : from, to === '' ? null : to];
  return before === after ? null : { what, from: shown(before), to: shown(after) };
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
