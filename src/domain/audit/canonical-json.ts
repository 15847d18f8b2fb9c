// One spelling for one value: JSON with sorted keys and no blanks (RFC 8785 for the types we use).

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Equal values give equal text, so that the text can be hashed. Throws on NaN and infinities, which JSON would spell `null`. */
export function canonicalJson(value: Json): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError(`${value} has no JSON spelling`);
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

function isList(value: object): value is readonly Json[] {
  return Array.isArray(value);
}
