// Measures applying one plan of six tags on a registry 40 ms away: ours, its raw replay, skopeo, and writing alone.
import { createRegistryClient } from '../src/registry/client.ts';
import { parseImageRepository, parseTag } from '../src/domain/image/reference.ts';
import type { Tag } from '../src/domain/image/reference.ts';
import { ADA } from '../test/support/registry/token-service.ts';
import type { Passed } from './delay-proxy.ts';
import { replay } from './replay.ts';
import { median, spread, type Report } from './report.ts';
import { copyBySkopeo, isSkopeoInstalled } from './skopeo.ts';
import { stepsOf, wallMs } from './steps.ts';
import { openWorld, REPOSITORY, type Build, type World } from './world.ts';

const DELAY_MS = 40;
const FLOATING = ['main', 'latest', 'stable'];
/** Besides the floating ones: the rollback tag, the tag that keeps the image, its version. */
const TAGS = FLOATING.length + 3;
const TWIN = 'acme/twin';

type Round = {
  readonly requests: readonly Passed[];
  readonly replayMs: number;
  readonly minimum: readonly Passed[];
  readonly skopeoMs: number | null;
};

export async function benchApply(report: Report, { rounds }: { readonly rounds: number }): Promise<void> {
  report.heading(
    `Applying: one image of two platforms to ${TAGS} tags over an earlier one, ${DELAY_MS} ms away, median of ${rounds}`,
  );
  const world = await openWorld({ floating: FLOATING, delayMs: DELAY_MS });
  try {
    const first = await world.build();
    await world.push({ repository: REPOSITORY, tags: FLOATING, image: first.image });
    const all: Round[] = [];
    // The first one opens connections and warms code up.
    let old = first;
    for (let at = 0; at <= rounds; at += 1) {
      const build = await world.build();
      const round = await playRound(world, { old, build, version: `v1.0.${at}` });
      if (at > 0) all.push(round);
      old = build;
    }
    tell(report, all);
    tellForgetful(report, await applyForgetfully(world));
  } finally {
    await world.close();
  }
}

async function playRound(
  world: World,
  { old, build, version }: { readonly old: Build; readonly build: Build; readonly version: string },
): Promise<Round> {
  const { proxy } = world;
  await world.request(build, { version });
  const asked = proxy.passed.length;
  await world.approve(build);
  const requests = proxy.passed.slice(asked);
  await world.settle(build);

  await world.push({ repository: TWIN, tags: FLOATING, image: old.image });
  await world.push({ repository: TWIN, tags: [build.tag], image: build.image });
  const again = await replay({ proxy, recorded: requests, from: REPOSITORY, to: TWIN });
  expectSame(requests, again);

  const copies = copiesOf({ old, build, suffix: version });
  const minimum = await writeAlone(world, { build, tags: copies.map(({ to }) => to) });
  const { host } = proxy;
  const skopeoMs = isSkopeoInstalled() ? await copyBySkopeo({ host, repository: TWIN, copies }) : null;
  return { requests, replayMs: wallMs(again), minimum, skopeoMs };
}

/** By a process that was started between the question and the answer: it has no token, and no manifest in memory. */
async function applyForgetfully(world: World): Promise<readonly Passed[]> {
  const build = await world.build();
  await world.request(build, { version: 'v2.0.0' });
  await world.restart();
  const asked = world.proxy.passed.length;
  await world.approve(build);
  const requests = world.proxy.passed.slice(asked);
  await world.settle(build);
  return requests;
}

/** GHCR's challenge never differs and is known: there the refusals fall away. */
function tellForgetful(report: Report, requests: readonly Passed[]): void {
  const refusals = requests.filter(({ status }) => status === 401).length;
  report.figure({
    name: 'requests of the whole apply right after a restart',
    value: requests.length - refusals,
    unit: 'requests',
    note: `and ${refusals} refusals, which GHCR's known challenge spares; ${stepsOf(requests).length} steps with them`,
  });
}

/** A replay that was answered otherwise would measure something else. */
function expectSame(recorded: readonly Passed[], again: readonly Passed[]): void {
  if (statusesOf(recorded) === statusesOf(again)) return;
  throw new Error(`the replay was answered ${statusesOf(again)}, not ${statusesOf(recorded)}`);
}

function statusesOf(requests: readonly Passed[]): string {
  const statuses = requests.map(({ status }) => String(status));
  return statuses.toSorted((left, right) => left.localeCompare(right)).join(' ');
}

/** What a plan does, as copies: what production held goes under a tag of its own, the new image under five. */
function copiesOf(args: {
  readonly old: Build;
  readonly build: Build;
  readonly suffix: string;
}): readonly { readonly from: string; readonly to: string }[] {
  const { old, build, suffix } = args;
  const kept = [`main-${build.tag}`, suffix, ...FLOATING];
  const rollback = { from: FLOATING[0] ?? old.tag, to: `rollback-${suffix}` };
  return [rollback, ...kept.map((to) => ({ from: build.tag, to }))];
}

/** One read and all writes at once, by our client, which has met the registry but has no token for the repository. */
async function writeAlone(
  { proxy }: World,
  { build, tags }: { readonly build: Build; readonly tags: readonly string[] },
): Promise<readonly Passed[]> {
  const client = createRegistryClient({
    credentials: () => ADA,
    tokenHosts: [],
    now: () => Date.now(),
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    random: () => Math.random(),
    log: { debug: () => {} },
  });
  try {
    const elsewhere = known(parseImageRepository(`${proxy.host}/${REPOSITORY}`));
    await client.findDigest(elsewhere, tagOf(build.tag));
    const asked = proxy.passed.length;
    const repository = known(parseImageRepository(`${proxy.host}/${TWIN}`));
    const manifest = await client.fetchManifest(repository, tagOf(build.tag));
    await Promise.all(tags.map((tag) => client.putManifest({ repository, tag: tagOf(`alone-${tag}`), manifest })));
    return proxy.passed.slice(asked);
  } finally {
    await client.close();
  }
}

function tell(report: Report, rounds: readonly Round[]): void {
  const applyMs = rounds.map(({ requests }) => wallMs(requests));
  const replayMs = rounds.map((round) => round.replayMs);
  const minimumMs = rounds.map(({ minimum }) => wallMs(minimum));
  const skopeoMs = rounds.flatMap((round) => round.skopeoMs ?? []);
  const most = (of: (round: Round) => number): number => Math.max(...rounds.map(of));
  report.figure({
    name: 'requests of the whole apply',
    value: most(({ requests }) => requests.length),
    unit: 'requests',
    target: { kind: 'at most', value: 3 * TAGS + 3 },
    note: `3N + 3 for N = ${TAGS}`,
  });
  report.figure({
    name: 'steps of the whole apply',
    value: most(({ requests }) => stepsOf(requests).length),
    unit: 'steps',
    target: { kind: 'at most', value: 8 },
  });
  report.figure({ name: 'whole apply', value: median(applyMs), unit: 'ms', note: spread(applyMs) });
  report.figure({
    name: 'the same requests, sent by bare undici',
    value: median(replayMs),
    unit: 'ms',
    note: spread(replayMs),
  });
  report.figure({
    name: 'whole apply against its raw replay',
    value: median(applyMs) / median(replayMs),
    unit: '×',
    target: { kind: 'at most', value: 1.25 },
  });
  if (skopeoMs.length === 0) {
    report.line('skopeo is not installed: nothing to compare with');
  } else {
    report.figure({
      name: `skopeo copy --all, ${TAGS} times`,
      value: median(skopeoMs),
      unit: 'ms',
      note: spread(skopeoMs),
    });
    report.figure({
      name: 'whole apply is faster than skopeo',
      value: median(skopeoMs) / median(applyMs),
      unit: '×',
      target: { kind: 'at least', value: 10 },
    });
  }
  report.figure({
    name: 'requests of writing alone',
    value: most(({ minimum }) => minimum.length),
    unit: 'requests',
    target: { kind: 'at most', value: TAGS + 2 },
    note: `N + 2 for N = ${TAGS}`,
  });
  report.figure({
    name: 'steps of writing alone',
    value: most(({ minimum }) => stepsOf(minimum).length),
    unit: 'steps',
    target: { kind: 'at most', value: 3 },
  });
  report.figure({ name: 'writing alone', value: median(minimumMs), unit: 'ms', note: spread(minimumMs) });
  const [last] = rounds.slice(-1);
  report.line('The steps of the last one:');
  for (const [at, step] of stepsOf(last?.requests ?? []).entries()) {
    report.line(`${String(at + 1).padStart(2)}  ${step.map(short).join(' · ')}`);
  }
}

function short({ method, path, status }: Passed): string {
  const name = path.startsWith('/token') ? 'token' : (path.split('/').at(-1) ?? '');
  return `${method} ${name.replace(/^(sha256:.{7}).*/, '$1…')} ${status}`;
}

function tagOf(text: string): Tag {
  return known(parseTag(text));
}

function known<T>(value: T | null): T {
  if (value === null) throw new Error('a value was expected');
  return value;
}
