// Measures what one waits for after the approving click, on a registry next door, and lists what a promotion asks of GitHub.
import type { LoggedRequest } from '../test/support/github/endpoint.ts';
import { replay } from './replay.ts';
import { median, spread, type Report } from './report.ts';
import { wallMs } from './steps.ts';
import { watchTag } from './watch-tag.ts';
import { openWorld, REPOSITORY, type Build, type World } from './world.ts';

const FLOATING = ['main', 'latest'];
const LAST = 'latest';
const TWIN = 'acme/twin';

export async function benchClick(report: Report, { clicks }: { readonly clicks: number }): Promise<void> {
  report.heading(`After the approving POST, four tags on a registry next door, median of ${clicks}`);
  const world = await openWorld({ floating: FLOATING, delayMs: 0 });
  try {
    let old = await world.build();
    await world.push({ repository: REPOSITORY, tags: FLOATING, image: old.image });
    const all: Click[] = [];
    for (let at = 0; at <= clicks; at += 1) {
      const build = await world.build();
      all.push(await playClick(world, { old, build }));
      old = build;
    }
    // The first one warms code up, and finds no answer of GitHub's remembered.
    tellWaits(report, all.slice(1));
    tellGitHub(report, all);
  } finally {
    await world.close();
  }
}

type Click = { readonly waitMs: number; readonly replayMs: number; readonly github: readonly LoggedRequest[] };

async function playClick(world: World, { old, build }: { readonly old: Build; readonly build: Build }): Promise<Click> {
  const { proxy, registryUrl: url, github } = world;
  const askedOfGitHub = github.requests.length;
  await world.request(build);
  const watch = await watchTag({ url, repository: REPOSITORY, tag: LAST, digest: build.image.digest });
  const asked = proxy.passed.length;
  const clickedAt = await world.approve(build);
  const waitMs = (await watch.seenAt) - clickedAt;
  const recorded = proxy.passed.slice(asked);
  await world.settle(build);
  await world.push({ repository: TWIN, tags: FLOATING, image: old.image });
  await world.push({ repository: TWIN, tags: [build.tag], image: build.image });
  const again = await replay({ proxy, recorded, from: REPOSITORY, to: TWIN });
  return { waitMs, replayMs: wallMs(again), github: github.requests.slice(askedOfGitHub) };
}

function tellWaits(report: Report, clicks: readonly Click[]): void {
  const waits = clicks.map(({ waitMs }) => waitMs);
  const replays = clicks.map(({ replayMs }) => replayMs);
  report.figure({
    name: 'approving POST → last tag readable',
    value: median(waits),
    unit: 'ms',
    target: { kind: 'at most', value: 250 },
    note: spread(waits),
  });
  report.figure({
    name: 'its registry requests, sent by bare undici',
    value: median(replays),
    unit: 'ms',
    note: spread(replays),
  });
  report.figure({ name: 'against them', value: median(waits) / median(replays), unit: '×' });
}

function tellGitHub(report: Report, clicks: readonly Click[]): void {
  report.heading("Requests to GitHub from the command's delivery to promoted, approved by click");
  const counted = clicks.map(({ github }) => github.filter(isCounted));
  report.figure({
    name: 'requests, 304s and tokens not counted',
    value: Math.max(...counted.map(({ length }) => length)),
    unit: 'requests',
    target: { kind: 'at most', value: 18 },
    note: `the most of ${clicks.length} promotions`,
  });
  report.line('The first promotion of a process (· counts):');
  for (const request of clicks[0]?.github ?? []) report.line(lineOf(request));
}

/** A 304 costs nothing of GitHub's limit; a token serves an hour, and all repositories. */
function isCounted({ status, path }: LoggedRequest): boolean {
  return status !== 304 && !path.endsWith('/access_tokens');
}

function lineOf(request: LoggedRequest): string {
  const { method, path, status } = request;
  return `${isCounted(request) ? '·' : ' '} ${method.padEnd(5)} ${path} ${status}`;
}
