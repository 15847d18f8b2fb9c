// What the registry tests share: a client whose clock and waits are turned by hand, and short ways to say things.
import { onTestFinished } from 'vitest';
import { OutsideError } from '../../src/net/outside-error.ts';
import { parseDigest, parseImageRepository, parseTag } from '../../src/domain/image/reference.ts';
import type { Digest, ImageRepository, Tag } from '../../src/domain/image/reference.ts';
import { createRegistryClient, type RegistryClientOptions } from '../../src/registry/client.ts';
import type { Credential } from '../../src/registry/auth/credentials.ts';
import type { RequestReport } from '../../src/registry/transport/transport.ts';
import { startRegistryDouble, type RegistryDouble } from '../support/registry/double.ts';
import type { Quirks } from '../support/registry/quirks.ts';
import { ADA } from '../support/registry/token-service.ts';

export type Clock = { at: number };

export type Bench = {
  readonly client: ReturnType<typeof createRegistryClient>;
  readonly clock: Clock;
  /** Every wait the client asked for; each turned the clock on at once. */
  readonly waits: number[];
  /** `GET /v2/acme/dotca/manifests/main` for each request, in order. */
  readonly sent: string[];
};

/** A client for one test; `credential: null` is anonymous, ada is the default. */
export function makeClient(
  options: { credential?: Credential | null; clock?: Clock } & Partial<
    Pick<RegistryClientOptions, 'tokenHosts' | 'headersTimeoutMs' | 'wholeBodyTimeoutMs' | 'guard'>
  > = {},
): Bench {
  const clock = options.clock ?? { at: Date.UTC(2026, 10, 24, 12) };
  const waits: number[] = [];
  const sent: string[] = [];
  const credential = options.credential === undefined ? ADA : options.credential;
  const client = createRegistryClient({
    credentials: () => credential,
    tokenHosts: options.tokenHosts ?? [],
    now: () => clock.at,
    wait: async (ms) => {
      waits.push(ms);
      clock.at += ms;
    },
    random: () => 0.5,
    log: { debug: () => {} },
    onRequest: ({ method, path }: RequestReport) => sent.push(`${method} ${path}`),
    ...(options.guard === undefined ? {} : { guard: options.guard }),
    ...(options.headersTimeoutMs === undefined ? {} : { headersTimeoutMs: options.headersTimeoutMs }),
    ...(options.wholeBodyTimeoutMs === undefined ? {} : { wholeBodyTimeoutMs: options.wholeBodyTimeoutMs }),
  });
  onTestFinished(() => client.close());
  return { client, clock, waits, sent };
}

export async function makeDouble(quirks: Partial<Quirks> = {}, clock?: Clock): Promise<RegistryDouble> {
  const double = await startRegistryDouble({ quirks, ...(clock === undefined ? {} : { clock: () => clock.at }) });
  onTestFinished(() => double.close());
  return double;
}

export function repositoryAt(host: string, name = 'acme/dotca'): ImageRepository {
  return known(parseImageRepository(`${host}/${name}`));
}

export function tag(text: string): Tag {
  return known(parseTag(text));
}

export function digest(text: string): Digest {
  return known(parseDigest(text));
}

/** The OutsideError a promise ends with; anything else fails the test. */
export async function failureOf(promise: Promise<unknown>): Promise<OutsideError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof OutsideError) return error;
    throw error;
  }
  throw new Error('It should have failed');
}

export function known<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('A value was expected');
  return value;
}
