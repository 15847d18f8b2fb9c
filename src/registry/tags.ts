// Walks the pages of a tag list (distribution-spec, "Listing tags").
import { z } from 'zod';
import { OutsideError } from '../net/outside-error.ts';
import { parseTag, type Tag } from '../domain/image/reference.ts';
import { parseJsonBytes } from './json.ts';

export type TagPage = {
  readonly tags: readonly Tag[];
  /** Path and query of the next page on the same registry, or null. */
  readonly next: string | null;
};

/** One page; invalid tag names are dropped, `tags: null` is an empty page. OutsideError `registry-protocol`. */
export function readTagPage(args: {
  readonly body: Uint8Array;
  readonly link: readonly string[];
  readonly url: URL;
  readonly what: string;
}): TagPage {
  const parsed = TagList.safeParse(parseJsonBytes(args.body));
  if (!parsed.success) throw protocolError(`${args.what}: the answer is not a tag list`);
  const tags = (parsed.data.tags ?? []).map(parseTag).filter((tag) => tag !== null);
  return { tags, next: nextPath(args) };
}

/** The target of the `rel="next"` link (RFC 8288), or null. */
export function parseNextLink(headers: readonly string[]): string | null {
  for (const [, target, params] of headers
    .join(', ')
    .matchAll(/<([^<>]*)>((?:\s*;\s*[^;,"=]+(?:=(?:"[^"]*"|[^;,"]*))?)*)/g)) {
    const rel = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i.exec(params ?? '');
    const relations = (rel?.[1] ?? rel?.[2] ?? '').toLowerCase().split(/\s+/);
    if (relations.includes('next')) return target ?? null;
  }
  return null;
}

const TagList = z.object({ tags: z.array(z.string()).nullish() });

function nextPath(args: { readonly link: readonly string[]; readonly url: URL; readonly what: string }): string | null {
  const target = parseNextLink(args.link);
  if (target === null) return null;
  const next = URL.parse(target, args.url.href);
  // Registries behind a proxy often name a wrong origin here (http, inner host), so only an unexpected path is refused.
  if (next === null || next.pathname !== args.url.pathname) {
    const place = (target.split('?')[0] ?? '').slice(0, 200);
    throw protocolError(`${args.what}: the link to the next page is not valid: "${place}"`);
  }
  return `${next.pathname}${next.search}`;
}

function protocolError(message: string): OutsideError {
  return new OutsideError(message, { code: 'registry-protocol', retryable: false });
}
