// The OCI distribution client: reads manifests, blobs and tag lists, and tags by sending a manifest's own bytes again.
import { UNGUARDED, type HostGuard } from '../net/breaker.ts';
import type { Clock } from '../net/clock.ts';
import { createAuth } from './auth/auth.ts';
import type { CredentialSource } from './auth/credentials.ts';
import { createBlobOperations, type BlobOperations } from './operations/blobs.ts';
import { createListTags, type TagOperations } from './operations/list-tags.ts';
import { createManifestOperations, type ManifestOperations } from './operations/manifests.ts';
import {
  createProveWriteAccess,
  type RegistryLog,
  type WriteAccessOperations,
} from './operations/prove-write-access.ts';
import { sendFollowing } from './transport/redirects.ts';
import { createSender } from './transport/requests.ts';
import { sendRetrying } from './transport/retry.ts';
import { createTransport, type Answer, type RequestReport } from './transport/transport.ts';

/** Every method may also throw what its requests can meet: `registry-denied`, `registry-rate-limited`,
 * `registry-unavailable` (both retryable), `registry-protocol`, `realm-refused`, `redirect-refused`, `address-refused`. */
export type RegistryClient = ManifestOperations & BlobOperations & TagOperations & WriteAccessOperations;

export type RegistryClientOptions = Clock & {
  readonly credentials: CredentialSource;
  /** Hosts other than the registry's own that may be token realms or redirect targets whatever their address. */
  readonly tokenHosts: readonly string[];
  readonly log: RegistryLog;
  /** Without one, every request is sent. */
  readonly guard?: HostGuard;
  readonly onRequest?: (report: RequestReport) => void;
  readonly maxConcurrentPerHost?: number;
  readonly headersTimeoutMs?: number;
  readonly bodyTimeoutMs?: number;
  readonly wholeBodyTimeoutMs?: number;
  readonly writeTimeoutMs?: number;
};

export function createRegistryClient(
  options: RegistryClientOptions,
): RegistryClient & { readonly close: () => Promise<void> } {
  const { tokenHosts: trustedHosts, now } = options;
  const transport = createTransport({
    guard: options.guard ?? UNGUARDED,
    maxConcurrentPerHost: options.maxConcurrentPerHost ?? 8,
    headersTimeoutMs: options.headersTimeoutMs ?? 30_000,
    bodyTimeoutMs: options.bodyTimeoutMs ?? 30_000,
    wholeBodyTimeoutMs: options.wholeBodyTimeoutMs ?? 60_000,
    now,
    onRequest: (report) => {
      options.log.debug(report, 'registry request');
      options.onRequest?.(report);
    },
  });
  const auth = createAuth({
    credentials: options.credentials,
    trustedHosts,
    now,
    // A token endpoint's redirect is not followed: the login goes to the realm that was checked, and nowhere else.
    send: ({ request, authorization, tried, secrets }) => {
      const headers = authorization === null ? request.headers : { ...request.headers, authorization };
      return sendRetrying({ send: () => transport.exchange({ ...request, headers }), clock: options, tried, secrets });
    },
  });
  const send = createSender({
    auth,
    send: ({ request: wire, registryHost, authorization, tried, secrets }) => {
      const follow = (): Promise<Answer> =>
        sendFollowing({ transport, request: wire, authorization, registryHost, trustedHosts });
      return sendRetrying({ send: follow, clock: options, tried, secrets });
    },
  });
  return {
    ...createManifestOperations(send, options),
    ...createBlobOperations(send),
    listTags: createListTags(send),
    proveWriteAccess: createProveWriteAccess(send, options.log),
    close: transport.close,
  };
}
