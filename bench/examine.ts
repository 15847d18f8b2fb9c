// Measures examining an image of two platforms with fifteen layers each, 40 ms away, and the same digest again.
import { parseDigest, parseImageRepository } from '../src/domain/image/reference.ts';
import { createImageReader } from '../src/facts/image-reader.ts';
import { createRegistryClient } from '../src/registry/client.ts';
import type { RequestReport } from '../src/registry/transport/transport.ts';
import { startDockerRegistry } from '../test/support/registry/docker-registry.ts';
import { pushImage } from '../test/support/registry/images.ts';
import { ADA } from '../test/support/registry/token-service.ts';
import { startDelayProxy, type DelayProxy, type Passed } from './delay-proxy.ts';
import { replay } from './replay.ts';
import { median, spread, type Report } from './report.ts';
import { stepsOf, wallMs } from './steps.ts';
import { buildTwoPlatforms } from './world.ts';

const DELAY_MS = 40;
const LAYERS = 15;
const NAME = 'acme/dotca';

type Examination = {
  readonly first: readonly Passed[];
  /** What waited for what, whatever the number of connections. */
  readonly depth: number;
  readonly again: readonly Passed[];
  readonly replayMs: number;
};

export async function benchExamine(report: Report, { rounds }: { readonly rounds: number }): Promise<void> {
  report.heading(`Examining an image of 2 platforms × ${LAYERS} layers, ${DELAY_MS} ms away, median of ${rounds}`);
  const registry = await startDockerRegistry({ auth: 'token' });
  const proxy = await startDelayProxy({ upstream: registry.url, delayMs: DELAY_MS });
  try {
    const all: Examination[] = [];
    for (let at = 0; at < rounds; at += 1) all.push(await playRound({ proxy, url: registry.url, at }));
    tell(report, all);
  } finally {
    await proxy.close();
    await registry.close();
  }
}

async function playRound(args: {
  readonly proxy: DelayProxy;
  readonly url: string;
  readonly at: number;
}): Promise<Examination> {
  const { proxy, url } = args;
  const image = buildTwoPlatforms(`round ${args.at}`, LAYERS);
  await pushImage({ baseUrl: url, repository: NAME, tag: 'staging', image, credentials: ADA });
  const reports: { readonly startedAt: number; readonly endedAt: number }[] = [];
  const client = createRegistryClient({
    credentials: () => ADA,
    tokenHosts: [],
    now: () => performance.now(),
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    random: () => Math.random(),
    log: { debug: () => {} },
    onRequest: ({ durationMs }: RequestReport) => {
      const endedAt = performance.now();
      reports.push({ startedAt: endedAt - durationMs, endedAt });
    },
  });
  try {
    const pinned = {
      repository: known(parseImageRepository(`${proxy.host}/${NAME}`)),
      digest: known(parseDigest(image.digest)),
    };
    // As a server is that has met the registry: it knows where tokens are, and has none for this repository.
    await client.findDigest(known(parseImageRepository(`${proxy.host}/acme/other`)), pinned.digest);
    reports.length = 0;
    const reader = createImageReader({ registry: client, now: () => performance.now() });
    const examine = async (): Promise<readonly Passed[]> => {
      const before = proxy.passed.length;
      const missing = await reader.missing(pinned, await reader.contents(pinned));
      if (missing.length > 0) throw new Error('nothing should be missing');
      return proxy.passed.slice(before);
    };
    const first = await examine();
    const depth = stepsOf(reports).length;
    const again = await examine();
    const replayed = await replay({ proxy, recorded: first, from: NAME, to: NAME });
    return { first, depth, again, replayMs: wallMs(replayed) };
  } finally {
    await client.close();
  }
}

function tell(report: Report, rounds: readonly Examination[]): void {
  const firstMs = rounds.map(({ first }) => wallMs(first));
  const replayMs = rounds.map((round) => round.replayMs);
  const most = (of: (round: Examination) => number): number => Math.max(...rounds.map(of));
  report.figure({
    name: 'requests',
    value: most(({ first }) => first.length),
    unit: 'requests',
    target: { kind: 'at most', value: 40 },
  });
  report.figure({
    name: 'steps, one waiting for the other',
    value: most(({ depth }) => depth),
    unit: 'steps',
    target: { kind: 'at most', value: 5 },
    note: `over our 8 connections ${most(({ first }) => stepsOf(first).length)} round trips`,
  });
  report.figure({ name: 'wall time', value: median(firstMs), unit: 'ms', note: spread(firstMs) });
  report.figure({
    name: 'the same requests, sent by bare undici',
    value: median(replayMs),
    unit: 'ms',
    note: spread(replayMs),
  });
  report.figure({ name: 'against its raw replay', value: median(firstMs) / median(replayMs), unit: '×' });
  report.figure({
    name: 'requests for the same digest again',
    value: most(({ again }) => again.length),
    unit: 'requests',
    target: { kind: 'at most', value: 2 },
    note: 'within ten minutes',
  });
}

function known<T>(value: T | null): T {
  if (value === null) throw new Error('a value was expected');
  return value;
}
