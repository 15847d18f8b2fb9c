// Decides whether an address that a registry's answer named may be contacted: never a private network.
import { isIP } from 'node:net';
import { isLoopbackHost, isPublicAddress, originOf } from '../../net/addresses.ts';

/** Contacted as it is (the operator named the host), or only if every address of the name is public. */
export type Route = { readonly kind: 'open' | 'public-only'; readonly url: URL };

/** Why an address that a registry's answer named is not contacted. */
export type RouteProblem = { readonly kind: 'refused'; readonly reason: string };

/**
 * Where a token realm or a redirect target may be fetched from. It must be on the registry's own host (port ignored), in
 * `trustedHosts` (`REGISTRY_TOKEN_HOSTS`), or public. A realm comes from an unauthenticated answer: without this rule it
 * could make us knock on metadata services and internal hosts (SSRF).
 */
export function planRoute(args: {
  readonly target: string;
  readonly registryHost: string;
  readonly trustedHosts: readonly string[];
}): Route | RouteProblem {
  const url = URL.parse(args.target);
  if (url === null) return refused('it is not an absolute URL');
  if (url.username !== '' || url.password !== '') return refused('it carries user information');
  const loopbackPair = isLoopbackHost(args.registryHost) && isLoopbackHost(url.host);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopbackPair)) return refused('it is not https');
  const own = new URL(originOf(args.registryHost)).hostname;
  const trusted = args.trustedHosts.some((host) => [url.host, url.hostname].includes(host.toLowerCase()));
  if (url.hostname === own || trusted) return { kind: 'open', url };
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) !== 0 && !isPublicAddress(literal)) return refused('its address is not public');
  return { kind: 'public-only', url };
}

function refused(reason: string): RouteProblem {
  return { kind: 'refused', reason };
}
