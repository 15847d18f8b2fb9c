// What is wrong with a policy file, where, and in which words: what stands there, what is legal there instead.
import type { z } from 'zod';
import { isOneEdit } from '../../domain/edit-distance.ts';

/** Steps from the top of the file: keys, and places in lists from 0. */
export type FilePath = readonly (string | number)[];

/** `at` says which half of a `key: value` pair is meant. */
export type Problem = { readonly path: FilePath; readonly at: 'key' | 'value'; readonly message: string };

const MAX_QUOTE_LENGTH = 60;

/**
 * The problems that one of zod's issues stands for. The message of an issue is what would be legal, as a noun phrase;
 * `keysAt` lists the legal keys of the map at a path.
 */
export function problemsOf(
  issue: z.core.$ZodIssue,
  args: { readonly file: unknown; readonly keysAt: (path: FilePath) => readonly string[] },
): readonly Problem[] {
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
  if (issue.code === 'unrecognized_keys') {
    const legal = args.keysAt(path);
    return issue.keys.map((key) => ({ path: [...path, key], at: 'key', message: unknownKey(key, legal) }));
  }
  if (issue.code === 'invalid_key') {
    const legal = issue.issues[0]?.message ?? issue.message;
    return [{ path, at: 'key', message: `write ${legal}, not ${quote(String(path.at(-1)))}` }];
  }
  const seen = valueAt(args.file, path);
  const message =
    seen === null
      ? `nothing is written here: write ${issue.message}, or leave the key out`
      : `write ${issue.message}, not ${describe(seen)}`;
  return [{ path, at: 'value', message }];
}

/** `environments.production.tags[1]`; empty for the file as a whole. */
export function formatPath(path: FilePath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    if (!/^[\w-]{1,60}$/.test(step)) return `${text}[${quote(step)}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}

/** The text in quotes, short enough for a sentence. */
export function quote(text: string): string {
  return JSON.stringify(shorten(text));
}

/** `a`, `a or b`, `a, b or c`. */
export function listOr(words: readonly string[]): string {
  if (words.length <= 1) return words.join('');
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}

function unknownKey(key: string, legal: readonly string[]): string {
  const meant = legal.find(
    (known) => isOneEdit(key.toLowerCase().replaceAll('-', '_'), known) || sameLetters(key, known),
  );
  const hint = meant === undefined ? '' : ` Did you mean ${quote(meant)}?`;
  return `there is no key ${quote(key)} here.${hint} Legal keys: ${legal.join(', ')}`;
}

/** `tagPrefix`, `Tag_Prefix` and `tag-prefix` are all meant to be `tag_prefix`. */
function sameLetters(key: string, known: string): boolean {
  return key.replaceAll(/[-_]/g, '').toLowerCase() === known.replaceAll('_', '');
}

function describe(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0 ? 'an empty map' : 'a map';
  return String(value);
}

function valueAt(file: unknown, path: FilePath): unknown {
  return path.reduce<unknown>((value, step) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    return new Map<string, unknown>(Object.entries(value)).get(String(step));
  }, file);
}

function shorten(text: string): string {
  const characters = Array.from(text.slice(0, 2 * MAX_QUOTE_LENGTH + 2));
  return characters.length > MAX_QUOTE_LENGTH ? `${characters.slice(0, MAX_QUOTE_LENGTH).join('')}…` : text;
}
