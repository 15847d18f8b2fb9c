// Who may import whom: the two tables of docs/design.md, and the sentences that name the arrow that breaks one of them.
import { posix } from 'node:path';

/** From layer 0 up. Modules of one layer never import each other, but on the top layer. */
export const LAYERS: readonly (readonly string[])[] = [
  ['domain'],
  ['comments', 'messages', 'config', 'net'],
  ['registry', 'github', 'store'],
  ['facts'],
  ['engine'],
  ['webhooks', 'web', 'cli'],
  ['main.ts', 'cli.ts', 'app'],
];

/** Folders of engine/, from the top: each imports only those below it. */
export const ENGINE_ORDER: readonly string[] = [
  'queue',
  'deliveries',
  'reconcile',
  'staging',
  'promote',
  'rollback',
  'versions',
  'apply',
  'drift',
  'deployments',
  'publish',
  'examine',
  'threads',
  'installations',
  'doctor',
  'audit',
  'people',
  'core',
];

const TOP = LAYERS.length - 1;
/** Modules that may import less than all of the layers below them. */
const NARROWER: ReadonlyMap<string, readonly string[]> = new Map([
  ['registry', ['net', 'domain']],
  ['github', ['net', 'domain']],
  ['store', ['net', 'domain']],
  ['facts', ['registry', 'github', 'net', 'domain']],
]);
const DOMAIN_PACKAGES = ['zod', 'semver'];

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*(['"`])([^'"`]+)\1/g;
const STRINGS_AND_COMMENTS = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\/.*|\/\*[\s\S]*?\*\//g;
const IMPURE = [/\basync\b/, /\bawait\b/, /\bDate\.now\b/, /\bnew Date\(\s*\)/, /\bDate\(\s*\)/, /\bMath\.random\b/];
const OUTSIDE = [/\bprocess\./, /\bglobalThis\b/, /\bcrypto\./, /\bperformance\./, /\bset(?:Timeout|Interval)\b/];

/** What breaks a rule in one file. `path` is below src/. */
export function findImportBreaches(path: string, text: string): readonly string[] {
  const module = moduleOf(path);
  if (layerOf(module) === -1) return [`${path}: ${module} is in no layer; add it to the table`];
  const unplaced = engineFolderOf(path);
  if (unplaced !== null && !ENGINE_ORDER.includes(unplaced)) {
    return [`${path}: ${unplaced} has no place in engine/; add it to the table`];
  }
  const arrows = targetsOf(text).flatMap((target) => breachOf(path, target) ?? []);
  if (module !== 'domain') return arrows;
  const code = withoutComments(text);
  const impure = [...IMPURE, ...OUTSIDE].flatMap((pattern) => pattern.exec(code)?.[0] ?? []);
  return [...arrows, ...impure.map((word) => `${path}: ${word} in domain/`)];
}

/** What a file imports, type-only imports included, as it is written there. */
export function targetsOf(text: string): readonly string[] {
  return [...withoutComments(text).matchAll(IMPORT)].map(([, , target = '']) => target);
}

/** The folder of engine/ that a file is in; null outside of engine/. */
export function engineFolderOf(path: string): string | null {
  const [module, folder, file] = path.split('/');
  if (module !== 'engine') return null;
  return file === undefined ? (folder ?? '') : (folder ?? null);
}

function breachOf(path: string, target: string): string | null {
  const module = moduleOf(path);
  if (!target.startsWith('.')) {
    const allowed = module !== 'domain' || DOMAIN_PACKAGES.includes(target);
    return allowed ? null : `${path} → ${target}: domain/ imports itself, zod and semver`;
  }
  const to = posix.join(posix.dirname(path), target);
  if (to.startsWith('..')) return `${path} → ${target}: leaves src/`;
  const other = moduleOf(to);
  if (layerOf(other) === -1) return `${path} → ${to}: ${other} is in no layer; add it to the table`;
  if (other === module) return engineBreachOf(path, to);
  const [from, below] = [layerOf(module), layerOf(other)];
  const arrow = `${path} → ${to}: from layer ${from} (${module}) to layer ${below} (${other})`;
  if (below >= from && !(from === TOP && below === TOP)) return arrow;
  const narrower = NARROWER.get(module);
  return narrower === undefined || narrower.includes(other)
    ? null
    : `${path} → ${to}: ${module}/ imports ${narrower.join(', ')} only`;
}

function engineBreachOf(path: string, to: string): string | null {
  const [from, other] = [engineFolderOf(path), engineFolderOf(to)];
  if (from === null || other === null || from === other) return null;
  return ENGINE_ORDER.indexOf(from) < ENGINE_ORDER.indexOf(other)
    ? null
    : `${path} → ${to}: ${from}/ stands below ${other}/ in engine/`;
}

function withoutComments(text: string): string {
  return text.replace(STRINGS_AND_COMMENTS, (part) => (/^\/[/*]/.test(part) ? '' : part));
}

function layerOf(module: string): number {
  return LAYERS.findIndex((modules) => modules.includes(module));
}

function moduleOf(path: string): string {
  return path.split('/')[0] ?? path;
}
