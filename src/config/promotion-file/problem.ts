// The problems of a policy file: where they are, the value found, and the allowed values.
import type { z } from 'zod';
import { isOneEdit } from '../../domain/edit-distance.ts';
import { decodeAllowed, type PolicyMistake, type SeenValue } from '../../domain/policy/policy-problem.ts';

/** The path from the top of the file: keys, and list indexes from 0. */
export type FilePath = readonly (string | number)[];

/** `at` says which half of a `key: value` pair is meant. */
export type Problem = { readonly path: FilePath; readonly at: 'key' | 'value'; readonly mistake: PolicyMistake };

const MAX_QUOTE_LENGTH = 60;

/**
 * The problems that one of zod's issues stands for. The message of an issue is what is allowed (`encodeAllowed`);
 * `keysAt` lists the allowed keys of the map at a path.
 */
export function problemsOf(
  issue: z.core.$ZodIssue,
  args: { readonly file: unknown; readonly keysAt: (path: FilePath) => readonly string[] },
): readonly Problem[] {
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
  if (issue.code === 'unrecognized_keys') {
    const legal = args.keysAt(path);
    return issue.keys.map((key) => ({ path: [...path, key], at: 'key', mistake: unknownKey(key, legal) }));
  }
  if (issue.code === 'invalid_key') {
    const legal = decodeAllowed(issue.issues[0]?.message ?? issue.message);
    const key = shorten(String(path.at(-1)));
    return [{ path, at: 'key', mistake: { code: 'illegal-key', key, legal } }];
  }
  const seen = valueAt(args.file, path);
  const legal = decodeAllowed(issue.message);
  const mistake: PolicyMistake =
    seen === null ? { code: 'empty-value', legal } : { code: 'illegal-value', legal, seen: describe(seen) };
  return [{ path, at: 'value', mistake }];
}

/** `environments.production.tags[1]`; empty for the file as a whole. */
export function formatPath(path: FilePath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    if (!/^[\w-]{1,60}$/.test(step)) return `${text}[${JSON.stringify(shorten(step))}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}

function unknownKey(key: string, legal: readonly string[]): PolicyMistake {
  const meant = legal.find(
    (known) => isOneEdit(key.toLowerCase().replaceAll('-', '_'), known) || sameLetters(key, known),
  );
  return { code: 'unknown-key', key: shorten(key), meant: meant ?? null, legal };
}

/** `tagPrefix`, `Tag_Prefix` and `tag-prefix` are all meant to be `tag_prefix`. */
function sameLetters(key: string, known: string): boolean {
  return key.replaceAll(/[-_]/g, '').toLowerCase() === known.replaceAll('_', '');
}

function describe(value: unknown): SeenValue {
  if (typeof value === 'string') return { kind: 'text', text: shorten(value) };
  if (Array.isArray(value)) return { kind: 'list', length: value.length };
  if (typeof value === 'object' && value !== null) return { kind: 'map', isEmpty: Object.keys(value).length === 0 };
  return { kind: 'other', text: shorten(String(value)) };
}

function valueAt(file: unknown, path: FilePath): unknown {
  return path.reduce<unknown>((value, step) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    return new Map<string, unknown>(Object.entries(value)).get(String(step));
  }, file);
}

/** Short enough for a sentence, and to be stored. */
export function shorten(text: string): string {
  const characters = Array.from(text.slice(0, 2 * MAX_QUOTE_LENGTH + 2));
  return characters.length > MAX_QUOTE_LENGTH ? `${characters.slice(0, MAX_QUOTE_LENGTH).join('')}…` : text;
}
