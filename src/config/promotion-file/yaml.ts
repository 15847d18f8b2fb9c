// Reads YAML text into plain values that remember where they were written; refuses what a policy has no use for.
import { isAlias, isMap, isScalar, isSeq, Lexer, parseAllDocuments, type YAMLMap } from 'yaml';
import type { PolicyMistake } from '../../domain/policy/policy-problem.ts';
import { shorten, type FilePath, type Problem } from './problem.ts';

export type YamlReading =
  | {
      readonly kind: 'read';
      /** Null for an empty file. */
      readonly value: unknown;
      readonly problems: readonly PlacedProblem[];
      /** Where something is written, or else the nearest node around it. */
      readonly place: (problem: Problem) => PlacedProblem;
    }
  | { readonly kind: 'unreadable'; readonly problems: readonly PlacedProblem[] };

/** `offset` counts UTF-16 units from the start of the text. */
export type PlacedProblem = { readonly path: FilePath; readonly offset: number; readonly mistake: PolicyMistake };

/** Bounds the work on hostile text: a policy of 20 environments, each with all its keys, takes half of this. */
const MAX_TOKENS = 3000;
/** With blanks, line ends and comments: blank lines alone cost the reader as much as words. */
const MAX_PIECES = 20_000;
/** Deeper than any key of a policy, and far from what overflows the stack. */
const MAX_DEPTH = 8;

/** Of documents: one may begin and end with a mark; each further one costs the reader as much as a whole text. */
const MAX_MARKS = 20;
const SECOND_DOCUMENT = { code: 'second-document' } as const;

/** Never throws. The text comes without a byte order mark. */
export function readYaml(text: string): YamlReading {
  if (text.includes('\0')) return unreadable(text.indexOf('\0'), { code: 'nul-character' });
  if (saysNothing(text))
    return { kind: 'read', value: null, problems: [], place: ({ path, mistake }) => ({ path, mistake, offset: 0 }) };
  const max = findExceededLimit(text);
  if (max !== null) return unreadable(0, { code: 'too-many-tokens', max });
  const oneTooMany = [...text.matchAll(/^(?:---|\.\.\.)(?=\s|$)/gm)][MAX_MARKS];
  if (oneTooMany !== undefined) return unreadable(oneTooMany.index, SECOND_DOCUMENT);
  const documents = [...parseAllDocuments(text, { version: '1.2', prettyErrors: false, uniqueKeys: false })];
  const problems = documents.flatMap(({ errors, warnings }) =>
    [...errors, ...warnings].map((error) => atOffset(error.pos[0], syntaxMistake(error))),
  );
  const [document, second] = documents;
  if (document !== undefined && document.directives.yaml.version !== '1.2') {
    problems.push(atOffset(0, { code: 'yaml-version' }));
  }
  if (second !== undefined) {
    const offset = second.contents?.range?.[0] ?? second.range[0];
    problems.push(atOffset(offset, SECOND_DOCUMENT));
  }
  if (problems.length > 0) return { kind: 'unreadable', problems };

  const walk: Walk = { places: new Map(), problems: [] };
  const value = toValue(document?.contents ?? null, { path: [], offset: 0 }, walk);
  return {
    kind: 'read',
    value,
    problems: walk.problems,
    place: ({ path, at, mistake }) => ({ path, mistake, offset: findOffset(walk.places, path, at) }),
  };
}

type Walk = { readonly places: Map<string, KeyPosition>; readonly problems: PlacedProblem[] };

/** Offsets of a key and of its value; the same for an item of a list, and where nothing follows a key. */
type KeyPosition = { readonly key: number; readonly value: number };

/** Where the walk is. */
type Spot = { readonly path: FilePath; readonly offset: number };

function atOffset(offset: number, mistake: PolicyMistake): PlacedProblem {
  return { path: [], offset, mistake };
}

function unreadable(offset: number, mistake: PolicyMistake): YamlReading {
  return { kind: 'unreadable', problems: [atOffset(offset, mistake)] };
}

/** Blank lines and comments, however many. */
function saysNothing(text: string): boolean {
  return text.split('\n').every((line) => /^[ \r]*(?:#|$)/.test(line));
}

function findExceededLimit(text: string): number | null {
  let tokens = 0;
  let pieces = 0;
  for (const piece of new Lexer().lex(text)) {
    pieces += 1;
    if (!/^[\s#]/.test(piece)) tokens += 1;
    if (tokens > MAX_TOKENS) return MAX_TOKENS;
    if (pieces > MAX_PIECES) return MAX_PIECES;
  }
  return null;
}

function syntaxMistake({ code, message }: { readonly code: string; readonly message: string }): PolicyMistake {
  switch (code) {
    case 'TAB_AS_INDENT':
      return { code: 'tab-indent' };
    case 'TAG_RESOLVE_FAILED':
      return { code: 'yaml-tag' };
    case 'RESOURCE_EXHAUSTION':
      return { code: 'too-deep' };
    default:
      return { code: 'yaml-syntax', detail: message.slice(0, 200).toWellFormed() };
  }
}

function toValue(node: unknown, spot: Spot, walk: Walk): unknown {
  const refuse = (mistake: PolicyMistake): null => {
    walk.problems.push({ ...spot, mistake });
    return null;
  };
  if (isAlias(node)) return refuse({ code: 'yaml-alias' });
  if (!isScalar(node) && !isMap(node) && !isSeq(node)) return null;
  if (node.anchor !== undefined) refuse({ code: 'yaml-anchor' });
  // Its value may be a Date, a set or bytes.
  if (node.tag !== undefined) return refuse({ code: 'yaml-tag' });
  if (isScalar(node)) return node.value;
  if (spot.path.length >= MAX_DEPTH) return refuse({ code: 'too-deep' });
  if (isMap(node)) return toMap(node, spot, walk);
  return node.items.map((item, index) => {
    const path = [...spot.path, index];
    const offset = offsetOf(item) ?? spot.offset;
    walk.places.set(keyOf(path), { key: offset, value: offset });
    return toValue(item, { path, offset }, walk);
  });
}

function toMap(map: YAMLMap, spot: Spot, walk: Walk): unknown {
  const entries = new Map<string, unknown>();
  for (const pair of map.items) {
    const offset = offsetOf(pair.key) ?? spot.offset;
    const key = toKey(pair.key);
    if (key === null) {
      walk.problems.push({ path: spot.path, offset, mistake: { code: 'key-not-plain' } });
      continue;
    }
    const path = [...spot.path, key];
    if (entries.has(key)) {
      walk.problems.push({ path, offset, mistake: { code: 'key-twice', key: shorten(key) } });
      continue;
    }
    const isEmpty = pair.value === null || (isScalar(pair.value) && pair.value.value === null);
    const value = isEmpty ? offset : (offsetOf(pair.value) ?? offset);
    walk.places.set(keyOf(path), { key: offset, value });
    entries.set(key, toValue(pair.value, { path, offset: value }, walk));
  }
  return Object.fromEntries(entries);
}

/** Numbers and words without quotes count as written; merge keys (`<<`) are unknown keys like any other. */
function toKey(node: unknown): string | null {
  if (!isScalar(node) || node.anchor !== undefined || node.tag !== undefined) return null;
  // A zod record would drop this key silently.
  const key = typeof node.value === 'string' ? node.value : (node.source ?? '');
  return key === '' || key === '__proto__' ? null : key;
}

function offsetOf(node: unknown): number | null {
  const hasRange = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node);
  return hasRange ? (node.range?.[0] ?? null) : null;
}

function findOffset(places: ReadonlyMap<string, KeyPosition>, path: FilePath, at: Problem['at']): number {
  const place = places.get(keyOf(path));
  if (place !== undefined) return place[at];
  return path.length === 0 ? 0 : findOffset(places, path.slice(0, -1), 'key');
}

function keyOf(path: FilePath): string {
  return JSON.stringify(path);
}
