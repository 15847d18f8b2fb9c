// Where the next page of a tag list is.
import { describe, expect, test } from 'vitest';
import { parseNextLink, readTagPage } from '../../src/registry/tags.ts';

describe('Links', () => {
  test.each([
    ['a quoted relation', ['</v2/a/tags/list?last=b&n=2>; rel="next"'], '/v2/a/tags/list?last=b&n=2'],
    ['an unquoted one', ['<https://r.example/next>;rel=next'], 'https://r.example/next'],
    ['the second of two', ['</first>; rel="prev", </second>; rel="next"'], '/second'],
    ['the second header', ['</first>; rel="first"', '</second>; rel="next"'], '/second'],
    ['other parameters around it', ['</x>; title="a, b; c"; rel="next"; n=1'], '/x'],
    ['several relations', ['</x>; rel="last next"'], '/x'],
    ['commas in the target', ['</x?a=1,2>; rel="next"'], '/x?a=1,2'],
  ])('name the next page with %s', (_name, headers, target) => {
    expect(parseNextLink(headers)).toBe(target);
  });

  test.each([[[]], [['</x>; rel="prev"']], [['/x; rel="next"']], [['</x>']]])('%j names none', (headers) => {
    expect(parseNextLink(headers)).toBeNull();
  });

  test('to another path are refused, and another host’s name is ignored', () => {
    const url = new URL('https://ghcr.io/v2/acme/api/tags/list');
    const body = Buffer.from('{"tags":["a"]}');
    const read = (link: string): string | null => readTagPage({ body, link: [link], url, what: 'GET tags' }).next;
    expect(read('<http://inner:5000/v2/acme/api/tags/list?last=a>; rel="next"')).toBe('/v2/acme/api/tags/list?last=a');
    expect(() => read('</v2/acme/other/tags/list?last=a>; rel="next"')).toThrow(
      'the link to the next page is not valid',
    );
  });
});
