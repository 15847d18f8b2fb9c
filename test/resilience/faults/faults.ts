// What can go wrong with one request, on either side, and at which requests it makes sense.

export type Side = 'registry' | 'github';

export type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
};

export type Struck = {
  readonly side: Side;
  readonly method: string;
  readonly path: string;
  /** Of the proxy: where the App believes the counterparty to be. */
  readonly host: string;
  readonly now: number;
  /** What the counterparty said, where it was asked. */
  readonly truth: Reply | null;
};

export type Damage =
  | { readonly kind: 'answer'; readonly reply: Reply }
  /** The connection breaks before the first byte of an answer. */
  | { readonly kind: 'break' }
  /** And nobody listens for a moment. */
  | { readonly kind: 'refuse' }
  | { readonly kind: 'break-in-body'; readonly reply: Reply }
  | { readonly kind: 'silence' }
  | { readonly kind: 'drip'; readonly reply: Reply };

export type Fault = {
  readonly name: string;
  /** Whether the counterparty gets the request, and carries it out. */
  readonly passesOn: boolean;
  /** The App takes it for the last word: what was asked for ends there. */
  readonly isFinal: boolean;
  readonly strike: (struck: Struck) => Damage;
  /** Null where it makes sense, else why not. `hasBody` is of the answer in the undisturbed run. */
  readonly senseless: (at: {
    readonly side: Side;
    readonly method: string;
    readonly path: string;
    readonly hasBody: boolean;
  }) => string | null;
};

type Sense = Fault['senseless'];

const always: Sense = () => null;
const writesOnly: Sense = ({ method }) => (isRead(method) ? 'a read leaves nothing behind' : null);
const registryWritesOnly: Sense = (at) =>
  at.side === 'github' ? 'GitHub does not say of what it took that it is not there' : writesOnly(at);
const withBody: Sense = ({ method, hasBody }) => (hasBody && method !== 'HEAD' ? null : 'its answer has no body');
const githubOnly: Sense = ({ side }) => (side === 'github' ? null : 'only GitHub has this limit');
const manifestsOnly: Sense = ({ side, path }) =>
  side === 'registry' && path.includes('/manifests/') ? null : 'its answer names no digest of a manifest';

export const FAULTS: readonly Fault[] = [
  fault('refused', always, () => ({ kind: 'refuse' })),
  fault('reset', always, () => ({ kind: 'break' })),
  late('reset-after', writesOnly, () => ({ kind: 'break' })),
  late('reset-in-body', withBody, ({ truth }) => ({ kind: 'break-in-body', reply: known(truth) })),
  final('401', always, (struck) => answer(struck, 401, 'UNAUTHORIZED', 'Bad credentials', challenge(struck))),
  final('403', always, (struck) => answer(struck, 403, 'DENIED', 'Resource not accessible by integration')),
  final('404', always, (struck) => answer(struck, 404, unknownCode(struck), 'Not Found')),
  {
    ...final('404-after', registryWritesOnly, (struck) => answer(struck, 404, unknownCode(struck), 'Not Found')),
    passesOn: true,
  },
  final('422', writesOnly, (struck) => answer(struck, 422, 'MANIFEST_INVALID', 'Validation Failed')),
  fault('429-seconds', always, (struck) => limited(struck, { 'retry-after': '7' })),
  fault('429-date', always, (struck) => limited(struck, { 'retry-after': new Date(struck.now + 9000).toUTCString() })),
  fault('429-duration', always, (struck) => limited(struck, {}, 'retry-after: 10.305464ms, allowed: 2000/minute')),
  fault('429', always, (struck) => limited(struck, {})),
  fault('500-page', always, () => page(500)),
  fault('502-page', always, () => page(502)),
  late('502-after', writesOnly, () => page(502)),
  fault('silence', always, () => ({ kind: 'silence' })),
  late('silence-after', writesOnly, () => ({ kind: 'silence' })),
  late('drip', withBody, ({ truth }) => ({ kind: 'drip', reply: known(truth) })),
  { ...late('wrong-digest', manifestsOnly, ({ truth }) => wrongDigest(known(truth))), isFinal: true },
  fault('primary-limit', githubOnly, (struck) =>
    answer(struck, 403, '', 'API rate limit exceeded for installation.', {
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(Math.ceil(struck.now / 1000) + 60),
    }),
  ),
  fault('secondary-limit-403', githubOnly, (struck) => answer(struck, 403, '', SECONDARY, { 'retry-after': '5' })),
  fault('secondary-limit-429', githubOnly, (struck) => answer(struck, 429, '', SECONDARY)),
];

const SECONDARY = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';

export function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

function fault(name: string, senseless: Sense, strike: Fault['strike']): Fault {
  return { name, passesOn: false, isFinal: false, senseless, strike };
}

function late(name: string, senseless: Sense, strike: Fault['strike']): Fault {
  return { ...fault(name, senseless, strike), passesOn: true };
}

function final(name: string, senseless: Sense, strike: Fault['strike']): Fault {
  return { ...fault(name, senseless, strike), isFinal: true };
}

function known(truth: Reply | null): Reply {
  if (truth === null) throw new Error('the counterparty was not asked');
  return truth;
}

/** In the words of the side: `code` is a registry's, `message` GitHub's and, where there is a code, a registry's as well. */
function answer(
  { side }: Struck,
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Damage {
  const body = side === 'registry' ? { errors: [{ code, message }] } : { message, status: String(status) };
  const type = 'application/json; charset=utf-8';
  return {
    kind: 'answer',
    reply: { status, headers: { 'content-type': type, ...headers }, body: Buffer.from(JSON.stringify(body)) },
  };
}

function limited(struck: Struck, headers: Readonly<Record<string, string>>, message = 'slow down'): Damage {
  return answer(struck, 429, 'TOOMANYREQUESTS', message, headers);
}

function page(status: number): Damage {
  const body = Buffer.from(`<html><body><h1>${status}</h1></body></html>`);
  return { kind: 'answer', reply: { status, headers: { 'content-type': 'text/html' }, body } };
}

/** As a registry says that a token has expired. */
function challenge({ side, host, path }: Struck): Readonly<Record<string, string>> {
  if (side === 'github' || path.startsWith('/token')) return {};
  const [, name = ''] = /^\/v2\/(.+?)\/(?:manifests|blobs|tags)\//.exec(path) ?? [];
  const scope = `scope="repository:${name}:pull,push"`;
  return { 'www-authenticate': `Bearer realm="http://${host}/token",service="double",${scope},error="invalid_token"` };
}

function unknownCode({ path }: Struck): string {
  return path.includes('/blobs/') ? 'BLOB_UNKNOWN' : 'MANIFEST_UNKNOWN';
}

function wrongDigest(truth: Reply): Damage {
  const headers = { ...truth.headers, 'docker-content-digest': `sha256:${'0'.repeat(64)}` };
  return { kind: 'answer', reply: { ...truth, headers } };
}
