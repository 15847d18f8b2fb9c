// GET /metrics: open and without names, or, if a token is set, for requests with `Authorization: Bearer`.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { MetricsEndpoint } from './server.ts';

export function createMetricsEndpoint(options: {
  /** `METRICS_TOKEN`; null: anybody may read, and no repository is named. */
  readonly token: string | null;
  readonly render: (names: 'shown' | 'hidden') => Promise<string>;
}): MetricsEndpoint {
  const { token, render } = options;
  return async (authorization) => {
    if (token !== null && !isToken(token, authorization ?? '')) {
      const headers = { 'WWW-Authenticate': 'Bearer realm="metrics"' };
      return { status: 401, type: 'text/plain', body: 'send METRICS_TOKEN as Authorization: Bearer\n', headers };
    }
    const body = await render(token === null ? 'hidden' : 'shown');
    return { status: 200, type: 'text/plain; version=0.0.4', body };
  };
}

/** Hashed first, so that the time taken reveals nothing about the token, not even its length. */
function isToken(token: string, authorization: string): boolean {
  const [, given] = /^Bearer +(\S+) *$/i.exec(authorization) ?? [];
  return given !== undefined && timingSafeEqual(hashOf(given), hashOf(token));
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
