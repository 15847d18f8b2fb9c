// Follows redirects by hand, so that credentials never leave the registry they were made for.
import { OutsideError } from '../../net/outside-error.ts';
import { planRoute } from '../auth/realm.ts';
import { headerOf, type Answer, type Transport, type WireRequest } from './transport.ts';

const MAX_REDIRECTS = 5;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/**
 * Sends a request and follows up to five redirects of a GET or HEAD (blobs live on storage hosts); other methods get the
 * redirect as their answer. Once a redirect leaves the registry's origin, the authorization is never sent again.
 * OutsideError `redirect-refused` for too many, or to an address that a registry has no business sending us to.
 */
export async function sendFollowing(args: {
  readonly transport: Transport;
  readonly request: WireRequest;
  readonly authorization: string | null;
  readonly registryHost: string;
  readonly trustedHosts: readonly string[];
}): Promise<Answer> {
  const followed = args.request.method === 'GET' || args.request.method === 'HEAD';
  let { route } = args.request;
  let foreign = false;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const headers =
      foreign || args.authorization === null
        ? args.request.headers
        : { ...args.request.headers, authorization: args.authorization };
    const answer = await args.transport.exchange({ ...args.request, route, headers });
    const location = headerOf(answer, 'location');
    if (!followed || !REDIRECTS.includes(answer.status) || location === null) return { ...answer, foreign };
    const target = URL.canParse(location, route.url.href) ? new URL(location, route.url) : null;
    if (target === null) throw refused(args.request, 'to an invalid URL');
    foreign ||= target.origin !== route.url.origin;
    if (!foreign) {
      route = { ...route, url: target };
      continue;
    }
    const { registryHost, trustedHosts } = args;
    const planned = planRoute({ target: target.href, registryHost, trustedHosts });
    if (planned.kind === 'refused') throw refused(args.request, `to ${target.origin}: ${planned.reason}`);
    route = planned;
  }
  throw refused(args.request, `more than ${MAX_REDIRECTS} times`);
}

function refused(request: WireRequest, how: string): OutsideError {
  const { host, pathname } = request.route.url;
  return new OutsideError(`${request.method} ${host}${pathname} was redirected ${how}`, {
    code: 'redirect-refused',
    retryable: false,
  });
}
