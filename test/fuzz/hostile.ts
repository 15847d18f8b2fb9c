// What the fuzz suites put in: texts that hurt parsers, values that JSON should not hold, and good vectors with something wrong in them.
import * as fc from 'fast-check';

/** Of encodings, terminals, prototypes, numbers and markup. */
export const HOSTILE_TEXTS: readonly string[] = [
  ['', ' ', '\0', '\n', '\r\n', '\t', '\ufeff', '\ufffd', '\u200b', '\u2028', '\u202e', '\ud800', '\udc00'],
  ['\u001b[31m', '%00', '__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf'],
  ['-1', '1e999', '9'.repeat(400), '0x10', 'NaN', 'null', '../..', '//evil.example', '@everyone', '<script>'],
  ['${x}', '"', "'", '\\', 'a\u0300'.repeat(60)],
].flat();

export const texts: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS),
  fc.string({ unit: 'binary', maxLength: 40 }),
  repeated(fc.constantFrom(...HOSTILE_TEXTS, 'a', '/', ':', ','), 20_000),
);

/** A part, over and over, up to `maxLength` characters in all. */
export function repeated(parts: fc.Arbitrary<string>, maxLength: number): fc.Arbitrary<string> {
  return fc
    .tuple(parts, fc.nat(maxLength))
    .map(([part, length]) => (part === '' ? '' : part.repeat(Math.ceil(length / part.length)).slice(0, length)));
}

/** A good text with up to three pieces cut out and others put in. */
export function spliced(vectors: readonly string[], pieces: fc.Arbitrary<string> = texts): fc.Arbitrary<string> {
  const cut = fc.record({ at: fc.nat(), length: fc.oneof(fc.constant(0), fc.nat(20)), piece: pieces });
  return fc
    .tuple(fc.constantFrom(...vectors), fc.array(cut, { minLength: 1, maxLength: 3 }))
    .map(([vector, cuts]) => cuts.reduce(splice, vector));
}

/** Any JSON value, up to some thousand levels deep. */
export const values: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, true, false, 0, -0, -1, 0.5, 2 ** 31, 2 ** 53, -(2 ** 53), 1e308, 5e-324),
  texts,
  fc.jsonValue(),
  fc.record({ depth: fc.constantFrom(50, 2000), key: fc.constantFrom(null, 'a', '__proto__') }).map(nest),
);

/** A good value in which up to three members were removed, replaced, added or written into, wherever they stand. */
export function spoilt(vectors: readonly unknown[]): fc.Arbitrary<unknown> {
  const change: fc.Arbitrary<Change> = fc.record({
    at: fc.nat(),
    what: fc.oneof(
      fc.constant({ kind: 'remove' } as const),
      fc.record({ kind: fc.constant('replace' as const), value: values }),
      fc.record({ kind: fc.constant('add' as const), key: texts, value: values }),
      fc.record({ kind: fc.constant('write' as const), at: fc.nat(), piece: texts }),
    ),
  });
  return fc
    .tuple(fc.constantFrom(...vectors), fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([vector, changes]) => changes.reduce(spoil, vector));
}

type Path = readonly (string | number)[];
type Change = {
  readonly at: number;
  readonly what:
    | { readonly kind: 'remove' }
    | { readonly kind: 'replace'; readonly value: unknown }
    | { readonly kind: 'add'; readonly key: string; readonly value: unknown }
    | { readonly kind: 'write'; readonly at: number; readonly piece: string };
};

function splice(text: string, cut: { readonly at: number; readonly length: number; readonly piece: string }): string {
  const at = cut.at % (text.length + 1);
  return `${text.slice(0, at)}${cut.piece}${text.slice(at + cut.length)}`;
}

function nest({ depth, key }: { readonly depth: number; readonly key: string | null }): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = key === null ? [value] : Object.fromEntries([[key, value]]);
  return value;
}

function spoil(value: unknown, { at, what }: Change): unknown {
  const places = [...walk(value, [])];
  const path = places[at % places.length] ?? [];
  return changeAt(value, path, what);
}

function* walk(value: unknown, path: Path): Generator<Path> {
  // The depths of a value that was put in are no new places.
  if (path.length > 20) return;
  yield path;
  for (const [key, member] of membersOf(value)) yield* walk(member, [...path, key]);
}

function membersOf(value: unknown): readonly (readonly [string | number, unknown])[] {
  if (Array.isArray(value)) return [...value.entries()];
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function changeAt(value: unknown, [step, ...rest]: Path, what: Change['what']): unknown {
  if (step === undefined) return changed(value, what);
  const members = membersOf(value).flatMap(([key, member]) => {
    if (key !== step) return [[key, member] as const];
    return what.kind === 'remove' && rest.length === 0 ? [] : [[key, changeAt(member, rest, what)] as const];
  });
  return Array.isArray(value) ? members.map(([, member]) => member) : Object.fromEntries(members);
}

function changed(value: unknown, what: Change['what']): unknown {
  switch (what.kind) {
    case 'remove':
      return undefined;
    case 'replace':
      return what.value;
    case 'add':
      if (Array.isArray(value)) return [...value, what.value];
      return typeof value === 'object' && value !== null
        ? Object.fromEntries([...Object.entries(value), [what.key, what.value]])
        : what.value;
    case 'write':
      return typeof value === 'string' ? splice(value, { ...what, length: 0 }) : value;
  }
}
