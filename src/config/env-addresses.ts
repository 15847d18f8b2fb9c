// The variables that hold addresses: of GitHub's API, of this server, and of the database.

/** Base of the API, without a slash at its end. Tokens are sent there, so it needs HTTPS. */
export function readApiUrl(text: string | null, problems: string[]): string {
  const address = (text ?? 'https://api.github.com').replace(/\/+$/, '');
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    problems.push('GITHUB_API_URL: not a URL; write e.g. https://ghes.example/api/v3');
  } else if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    problems.push(`GITHUB_API_URL: http:// would send tokens to ${url.host} unencrypted; write https://`);
  }
  return address;
}

/** Keeps a path: a proxy may serve us below one. */
export function readPublicUrl(text: string | null, problems: string[]): string | null {
  if (text === null) return null;
  const url = URL.parse(text);
  const isPlain = url !== null && `${url.username}${url.password}${url.search}${url.hash}` === '';
  if (isPlain && /^https?:$/.test(url.protocol)) return url.href.replace(/\/+$/, '');
  problems.push(
    'PUBLIC_URL: not valid; write an http or https URL without user, query or fragment, such as https://imprimatur.example.com',
  );
  return null;
}

export const PLAIN_POSTGRES =
  'DATABASE_URL: the connection to PostgreSQL is not encrypted; add ?sslmode=verify-full unless you trust the network';

/** True for a PostgreSQL on another machine without TLS. */
export function isPlainPostgres(databaseUrl: string): boolean {
  const url = URL.parse(databaseUrl);
  if (url === null || !/^postgres(?:ql)?:$/.test(url.protocol)) return false;
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname);
  const isSocket = host === '' || host.startsWith('/');
  if (isSocket || isLoopback(host)) return false;
  const mode = url.searchParams.get('sslmode');
  const isOn = mode === null ? /^(?:true|1)$/.test(url.searchParams.get('ssl') ?? '') : mode !== 'disable';
  return !isOn;
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' || hostname === '[::1]' || hostname === '::1' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
  );
}
