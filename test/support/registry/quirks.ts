// The switches that make the registry double behave like registries do on their bad days.
import { defaultTokenRules, type TokenRules } from './token-service.ts';

/** A fault that is used up: each matching request takes one. `times: Infinity` lasts. */
export type Fault = {
  times: number;
  /** Tested against `METHOD /path`; default: every request to `/v2/`. */
  readonly on?: RegExp;
};

export type Denial = Fault & { readonly status?: number; readonly code?: string; readonly message?: string };

/** All fields may be assigned at any time. */
export type Quirks = {
  /** Who asks for what: a token service with rules, Basic with the users of the rules, or nobody. */
  auth: 'token' | 'basic' | 'none';
  tokenRules: TokenRules;
  /** Where the challenge says the tokens are, or null for the double's own `/token`. */
  realm: string | null;
  /** GHCR answers Basic at `/v2/` with a 403 and no challenge. */
  refuseBasicWithoutChallenge: boolean;
  /** 429 whose wait is in the body only: `retry-after: 10.305464ms, allowed: 2000/minute`. */
  ghcr429InBody: Fault & { readonly wait?: string };
  /** 429 (or another status) with a Retry-After header. */
  retryAfterHeader: Fault & { readonly value: string; readonly status?: number };
  /** GitHub's 403 that is a rate limit. */
  secondaryLimit: Fault;
  /** 403 DENIED, as GHCR words it. The first matching rule counts. */
  deny403: Denial[];
  /** After a tag was written, this many reads of it show what was there before (or 404). */
  lag: number;
  noDigestHeader: boolean;
  /** Manifests are answered with another digest header. */
  wrongDigest: boolean;
  /** 502 with a web page. */
  html502: Fault;
  /** 404 of the registry itself: the manifest is not there, for a moment. */
  missingTag: Fault;
  /** 404 with a web page: a proxy that knows no such path. */
  html404: Fault;
  /** The connection breaks before an answer. */
  reset: Fault;
  /** The request is carried out, and answered with a 502 all the same. */
  applyThen502: Fault;
  /** The request is carried out, and the connection breaks before the answer. */
  applyThenCut: Fault;
  /** The connection breaks in the middle of a manifest's or blob's body. */
  truncateBody: Fault;
  /** Blob reads are redirected to this origin. */
  redirectBlobsTo: string | null;
  /** Digests that are gone although somebody refers to them. */
  missing: Set<string>;
  /** HEAD is answered with 405. */
  hideHead: boolean;
  /** Tags per page, with relative `Link`s; null for one page. */
  tagsPerPage: number | null;
  /** Names that no registry should list, listed. */
  extraTagNames: string[];
};

export function defaultQuirks(): Quirks {
  return {
    auth: 'none',
    tokenRules: defaultTokenRules(),
    realm: null,
    refuseBasicWithoutChallenge: false,
    ghcr429InBody: { times: 0 },
    retryAfterHeader: { times: 0, value: '1' },
    secondaryLimit: { times: 0 },
    deny403: [],
    lag: 0,
    noDigestHeader: false,
    wrongDigest: false,
    html502: { times: 0 },
    missingTag: { times: 0 },
    html404: { times: 0 },
    reset: { times: 0 },
    applyThen502: { times: 0 },
    applyThenCut: { times: 0 },
    truncateBody: { times: 0 },
    redirectBlobsTo: null,
    missing: new Set(),
    hideHead: false,
    tagsPerPage: null,
    extraTagNames: [],
  };
}

/** Uses up one of a fault's times when the request matches. */
export function strikes(fault: Fault, request: { readonly method: string; readonly path: string }): boolean {
  if (fault.times <= 0 || !(fault.on ?? /./).test(`${request.method} ${request.path}`)) return false;
  fault.times -= 1;
  return true;
}

export type Reply = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** `cut` breaks the connection before, or in the middle of, the body. */
  readonly cut?: 'before' | 'middle';
};

/** The answer of a struck fault, or null when the request is to be served. */
export function faultReply(quirks: Quirks, request: { readonly method: string; readonly path: string }): Reply | null {
  if (strikes(quirks.reset, request)) return { status: 0, cut: 'before' };
  if (strikes(quirks.html502, request)) return webPage(502, 'Bad Gateway');
  if (strikes(quirks.missingTag, request)) return errorReply(404, 'MANIFEST_UNKNOWN', 'manifest unknown');
  if (strikes(quirks.html404, request)) return webPage(404, 'Not Found');
  if (strikes(quirks.ghcr429InBody, request)) {
    const wait = quirks.ghcr429InBody.wait ?? '10.305464ms';
    return errorReply(429, 'TOOMANYREQUESTS', `retry-after: ${wait}, allowed: 2000/minute`);
  }
  if (strikes(quirks.retryAfterHeader, request)) {
    const { value, status = 429 } = quirks.retryAfterHeader;
    return { ...errorReply(status, 'TOOMANYREQUESTS', 'slow down'), headers: { 'retry-after': value } };
  }
  if (strikes(quirks.secondaryLimit, request)) {
    return errorReply(403, 'DENIED', 'You have exceeded a secondary rate limit. Please wait.');
  }
  const denial = quirks.deny403.find((rule) => strikes(rule, request));
  if (denial === undefined) return null;
  return errorReply(
    denial.status ?? 403,
    denial.code ?? 'DENIED',
    denial.message ?? 'permission_denied: write_package',
  );
}

/** What is answered in place of the truth after a request was carried out, or null. */
export function lateFaultReply(
  quirks: Quirks,
  request: { readonly method: string; readonly path: string },
): Reply | null {
  if (strikes(quirks.applyThenCut, request)) return { status: 0, cut: 'before' };
  return strikes(quirks.applyThen502, request) ? webPage(502, 'Bad Gateway') : null;
}

export function errorReply(status: number, code: string, message: string, detail?: unknown): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ errors: [{ code, message, ...(detail === undefined ? {} : { detail }) }] }),
  };
}

function webPage(status: number, title: string): Reply {
  const body = `<html><body><h1>${status} ${title}</h1></body></html>`;
  return { status, headers: { 'content-type': 'text/html' }, body };
}
