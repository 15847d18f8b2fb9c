// Good, odd and malformed WWW-Authenticate headers.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseChallenges, pickScheme } from '../../../src/registry/auth/challenge.ts';

type Row = readonly [name: string, header: string, challenges: readonly unknown[] | null];

const GOOD: readonly Row[] = [
  [
    'docker-registry’s challenge',
    'Bearer realm="https://auth.example/token",service="registry.example",scope="repository:acme/api:pull,push"',
    [
      [
        'bearer',
        { realm: 'https://auth.example/token', service: 'registry.example', scope: 'repository:acme/api:pull,push' },
      ],
    ],
  ],
  ['a scheme in any case', 'BASIC realm="x"', [['basic', { realm: 'x' }]]],
  ['a scheme alone', 'Negotiate', [['negotiate', {}]]],
  ['names in any case', 'Bearer REALM="x"', [['bearer', { realm: 'x' }]]],
  ['unquoted values', 'Bearer realm=x,service=y', [['bearer', { realm: 'x', service: 'y' }]]],
  ['escapes in a quoted string', String.raw`Basic realm="a \"b\" \\ c"`, [['basic', { realm: String.raw`a "b" \ c` }]]],
  ['commas and equals signs in a quoted string', 'Basic realm="a, b=c"', [['basic', { realm: 'a, b=c' }]]],
  ['blanks around the equals sign', 'Bearer realm = "x" , service = "y"', [['bearer', { realm: 'x', service: 'y' }]]],
  ['empty list items', ',, Bearer realm="x",, service="y" ,', [['bearer', { realm: 'x', service: 'y' }]]],
  ['an empty quoted string', 'Bearer realm=""', [['bearer', { realm: '' }]]],
  [
    'two challenges in one header',
    'Basic realm="a", Bearer realm="b",service="c"',
    [
      ['basic', { realm: 'a' }],
      ['bearer', { realm: 'b', service: 'c' }],
    ],
  ],
  [
    'a scheme alone before another challenge',
    'Negotiate, Basic realm="a"',
    [
      ['negotiate', {}],
      ['basic', { realm: 'a' }],
    ],
  ],
  ['a token68', 'Negotiate YWJj+/==', [['negotiate', {}, 'YWJj+/==']]],
  [
    'a token68 before another challenge',
    'Negotiate YWJj==, Basic realm="a"',
    [
      ['negotiate', {}, 'YWJj=='],
      ['basic', { realm: 'a' }],
    ],
  ],
  [
    'unknown parameters',
    'Bearer realm="x",error="insufficient_scope",foo=bar',
    [['bearer', { realm: 'x', error: 'insufficient_scope', foo: 'bar' }]],
  ],
];

const MALFORMED: readonly Row[] = [
  ['nothing', '', null],
  ['commas only', ' , ,', null],
  ['a quoted string without end', 'Bearer realm="x', null],
  ['a quoted string that ends in an escape', String.raw`Bearer realm="x\"`, null],
  ['a parameter without value', 'Bearer realm=,service="y"', null],
  ['a parameter without scheme', 'realm="x"', null],
  ['text after a quoted string', 'Bearer realm="x"y', null],
  ['a name twice', 'Bearer realm="x",REALM="y"', null],
  ['a delimiter as scheme', '"Bearer" realm="x"', null],
  ['no blank after the scheme', 'Bearer/realm="x"', null],
];

describe('A header with', () => {
  test.each([...GOOD, ...MALFORMED])('%s', (_name, header, expected) => {
    const parsed = parseChallenges(header);
    const seen = parsed?.map(({ scheme, params, token68 }) =>
      token68 === null ? [scheme, Object.fromEntries(params)] : [scheme, {}, token68],
    );
    expect(seen ?? null).toEqual(expected);
  });

  test('any text is read or refused, in any quoting', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ unit: 'grapheme-ascii' }), (noise, realm) => {
        parseChallenges(noise);
        const quoted = realm.replace(/["\\]/g, String.raw`\$&`);
        expect(parseChallenges(`Bearer realm="${quoted}"`)?.[0]?.params.get('realm')).toBe(realm);
      }),
    );
  });
});

describe('The scheme that counts', () => {
  test.each([
    ['is bearer where both are offered', ['Basic realm="a", Bearer realm="b"'], 'bearer'],
    ['is bearer in a second header', ['Basic realm="a"', 'Bearer realm="b"'], 'bearer'],
    ['is basic where bearer has no realm', ['Bearer service="b"', 'Basic realm="a"'], 'basic'],
    ['survives a malformed header beside it', ['Bearer realm="', 'Basic realm="a"'], 'basic'],
  ])('%s', (_name, headers, kind) => {
    expect(pickScheme(headers)?.kind).toBe(kind);
  });

  test.each([
    ['is none without headers', []],
    ['is none for schemes nobody here speaks', ['Negotiate', 'Digest realm="a"']],
  ])('%s', (_name, headers) => {
    expect(pickScheme(headers)).toBeNull();
  });

  test('carries service, scopes and error', () => {
    const header =
      'Bearer realm="r",service="s",scope="repository:a:pull,push repository:b:pull",error="invalid_token"';
    expect(pickScheme([header])).toEqual({
      kind: 'bearer',
      realm: 'r',
      service: 's',
      scopes: ['repository:a:pull,push', 'repository:b:pull'],
      error: 'invalid_token',
    });
  });
});
