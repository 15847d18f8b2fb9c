// A release in conversation: an issue of acme/dotca, what production holds, the image that shall go there, and where to look.
import type { FailureProblem } from '../../src/domain/promotion/failure.ts';
import { planIdOf } from '../../src/domain/promotion/approval.ts';
import type { Promotion } from '../../src/domain/promotion/promotion.ts';
import type { Reply } from '../../src/domain/reply.ts';
import { findPromotionByNumber, listOpenPromotions } from '../../src/store/promotions/promotions.ts';
import { buildImage, type TestImage } from '../support/registry/images.ts';
import type { Hook } from '../support/registry/double.ts';
import type { GitHubRepo } from '../support/github/repo.ts';
import { answersAmong } from './answers.ts';
import { runStateOn, type RunState } from './run-state.ts';
import { acme, IMAGE, stage, type Scenario } from './world.ts';

/** The rollback tag of a promotion that was approved at the start of the scenario without a reason. */
export const ROLLBACK = 'rollback-20261124-090000-release';

export type Release = {
  readonly world: Scenario;
  readonly repo: GitHubRepo;
  readonly issue: number;
  /** What production holds, unless `first`. */
  readonly old: TestImage;
  readonly image: TestImage;
  readonly commit: string;
  /** `staging-<7 hex>`, which the image is staged under. */
  readonly source: string;
  /** The tag that keeps the image. */
  readonly kept: string;
};

/** Production's tags hold `old`, or nothing where it is the first release; nothing is asked for yet. */
export async function prepare(world: Scenario, { first = false } = {}): Promise<Release> {
  const repo = await acme(world);
  const old = stage(world, { commit: repo.commitOn('staging', { message: 'Old' }) });
  if (!first) for (const tag of ['main', 'latest']) world.registry.setTag(IMAGE, tag, old.digest);
  const commit = repo.commitOn('staging', { message: 'New' });
  const image = stage(world, { commit });
  const source = `staging-${commit.slice(0, 7)}`;
  const issue = repo.openIssue({ title: 'Release', by: 'ada' });
  return { world, repo, issue, old, image, commit, source, kept: `main-${source}` };
}

export async function say({ world, repo, issue }: Release, by: string, body: string): Promise<void> {
  await repo.comment({ issue, by, body });
  await world.drain();
}

/** A comment with the line that the card shows now for approving it; without a number, the newest that waits. */
export async function approve(release: Release, by: string, number?: number): Promise<void> {
  await say(release, by, await approveLineOf(release, number));
}

async function approveLineOf(release: Release, number?: number): Promise<string> {
  const { world, repo } = release;
  const open = await listOpenPromotions(world.app.store.db, { repoId: repo.id });
  const waiting = open.filter(({ state }) => state.kind === 'awaiting-approval');
  const promotion = number === undefined ? waiting.at(-1) : await promotionOf(release, number);
  if (promotion === undefined) throw new Error('nothing waits');
  const { subject } = await world.view(promotion);
  return `/approve P${promotion.number} ${planIdOf(subject)}`;
}

/** Ada has asked for it, and bob's approval is on its way; what happens next is the test's. */
export async function approved(release: Release): Promise<void> {
  await say(release, 'ada', `/promote ${release.source}`);
  await release.repo.comment({ issue: release.issue, by: 'bob', body: '/approve P1' });
}

/** Another image of the same repository, under no tag. */
export function strange(world: Scenario, seed = 'strange'): TestImage {
  const image = buildImage({ declaredLayerSizes: [90_000_000], cmd: ['true'], seed });
  world.registry.addImage({ repository: IMAGE, image });
  return image;
}

export function cardOf({ repo, issue }: Release, number = 1): string {
  const cards = repo.comments(issue).filter(({ body }) => body.startsWith(`<!-- imprimatur P${number} -->`));
  if (cards.length !== 1) throw new Error(`${cards.length} cards of P${number}`);
  return cards[0]?.body ?? '';
}

/** What our App wrote in the thread besides cards. */
export function repliesOf({ repo, issue }: Release): readonly string[] {
  const ours = repo.comments(issue).filter(({ byApp }) => byApp);
  return ours.map(({ body }) => body).filter((body) => !/^<!-- imprimatur P\d+ -->/.test(body));
}

/** The values of its answers in the thread, oldest first. */
export function answersOf({ world, repo, issue }: Release): Promise<readonly Reply[]> {
  return answersAmong(world.app.store.db, repo.comments(issue));
}

/** The alarm of a promotion that leaves production half moved. */
export const MIXED_ALARM = 'production is mixed: its tags disagree';

/** How many fresh lines mention the requester. */
export function mentionsOf(release: Release): number {
  return repliesOf(release).filter((body) => body.includes('@ada')).length;
}

/** The conclusion of the newest check run on its commit. */
export function conclusionOf({ repo, commit }: Release): string | null {
  const run = repo.checkRuns(commit).at(-1);
  if (run === undefined) throw new Error('no check run');
  return run.conclusion;
}

/** What the newest check run on its commit shows. */
export function runOf({ world, repo, commit }: Release): Promise<RunState> {
  return runStateOn(world, repo, commit);
}

export async function promotionOf({ world, repo }: Release, number = 1): Promise<Promotion> {
  const promotion = await findPromotionByNumber(world.app.store.db, { repoId: repo.id, number });
  if (promotion === null) throw new Error(`there is no P${number}`);
  return promotion;
}

/** Why P1 failed, and what is told of each floating tag: what it held before, and what it holds. */
export async function failureOf(release: Release): Promise<{
  readonly problem: FailureProblem;
  readonly tags: Readonly<Record<string, readonly [from: string | null, holds: string | null]>>;
}> {
  const { state } = await promotionOf(release);
  if (state.kind !== 'failed') throw new Error(`P1 is ${state.kind}`);
  const { problem, tags } = state.failure;
  const floating = tags.filter(({ kind }) => kind === 'floating');
  return { problem, tags: Object.fromEntries(floating.map(({ tag, from, holds }) => [tag, [from, holds]])) };
}

/** Each tag of the image that is not a staging tag, and the digest it holds. */
export function tagsOf(world: Scenario): Readonly<Record<string, string>> {
  const tags = Object.entries(world.registry.tags(IMAGE));
  return Object.fromEntries(tags.filter(([tag]) => !tag.startsWith('staging')));
}

export function isPut({ method, path }: { readonly method: string; readonly path: string }): boolean {
  return method === 'PUT' && path.startsWith(`/v2/${IMAGE}/manifests/`);
}

export type Call = Parameters<Hook>[0];

export function isRead({ method, path }: Call): boolean {
  return method !== 'PUT' && path.startsWith(`/v2/${IMAGE}/manifests/`);
}

export function putsOf(tag: string): (call: Call) => boolean {
  return ({ method, path }) => method === 'PUT' && path.endsWith(`/${tag}`);
}

/** True at the n-th call that fits. */
export function nth(n: number, fits: (call: Call) => boolean): (call: Call) => boolean {
  let count = 0;
  return (call) => {
    if (!fits(call)) return false;
    count += 1;
    return count === n;
  };
}

/** The tags of all PUTs so far that the registry took, in order. */
export function writesOf({ registry }: Scenario): readonly string[] {
  return registry.requests
    .filter((request) => isPut(request) && request.status === 201)
    .map(({ path }) => path.split('/').at(-1) ?? '');
}

export type Entry = { readonly kind: string; readonly promotion: number | null; readonly details: unknown };

/** The audit trail, in order. */
export async function trailOf(world: Scenario): Promise<readonly Entry[]> {
  const [chain = []] = [...(await world.audit()).values()];
  return chain.map(({ entry }) => readEntry(entry));
}

export type Outcome = {
  readonly tags: Readonly<Record<string, string>>;
  readonly run: RunState;
  readonly trail: readonly string[];
};

/** What became of P1. */
export async function outcomeOf(release: Release): Promise<Outcome> {
  const trail = (await trailOf(release.world)).map(({ kind }) => kind);
  return { tags: tagsOf(release.world), run: await runOf(release), trail };
}

/** The outcome of P1, asked for and approved at the start of the scenario, where nothing disturbed it. */
export function undisturbed({ image, old, kept }: Release): Outcome {
  return {
    tags: { main: image.digest, latest: image.digest, [kept]: image.digest, [ROLLBACK]: old.digest },
    run: { conclusion: 'success', state: 'promoted' },
    trail: ['requested', 'examined', 'reviewed', 'applying', 'promoted'],
  };
}

/** The sentences of the log that are alarms. */
export function alarmsOf({ log }: Scenario): readonly string[] {
  const ERROR = 50;
  return log.flatMap((line) => {
    const entry: unknown = JSON.parse(line);
    const isAlarm = isRecord(entry) && Number(entry['level']) >= ERROR;
    return isAlarm ? [String(entry['msg'])] : [];
  });
}

/** Runs once, before the first request of the registry that fits is served. */
export function beforeRequest(
  { registry }: Scenario,
  fits: (call: { readonly method: string; readonly path: string }) => boolean,
  change: () => void,
): void {
  const remove = registry.onRequest((call) => {
    if (!fits(call)) return;
    remove();
    change();
  });
}

function readEntry(text: string): Entry {
  const entry: unknown = JSON.parse(text);
  if (!isEntry(entry)) throw new Error(`no audit entry: ${text}`);
  return entry;
}

function isEntry(value: unknown): value is Entry {
  return isRecord(value) && typeof value['kind'] === 'string' && 'promotion' in value && 'details' in value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
