// Judges what a disturbed promotion left behind: all of it, or production as it was and everybody told.
import { findChainProblem } from '../../../src/domain/audit/audit.ts';
import { formatNumber, knownCommit, type Promotion } from '../../../src/domain/promotion/promotion.ts';
import { alarmsOf, repliesOf, tagsOf, trailOf, type Release } from '../../scenarios/release.ts';
import { sha256 } from '../../scenarios/world.ts';
import type { Fault } from './faults.ts';
import { listPromotions } from './promotions.ts';
import type { Ended } from './run.ts';

export type Verdict = { readonly end: string; readonly problems: readonly string[] };

export async function judge({ release, askedAgain }: Ended, faults: readonly Fault[]): Promise<Verdict> {
  const promotions = await listPromotions(release);
  const last = promotions.at(-1);
  const dead = await release.world.dead();
  // What an answer that is final has put an end to may be missing or behind, and stands among the dead jobs.
  const given = (kind: string): boolean => dead.some((job) => job.startsWith(`${kind}:`));
  const outdated = await release.world.outdated();
  const problems = [
    ...release.world.github.violations,
    ...judgeDead(dead, faults),
    ...(last?.state.kind === 'promoted'
      ? []
      : [`it ended as ${last?.state.kind ?? 'nothing'}, however often it was asked for`]),
    ...promotions.flatMap((promotion) => judgeTold(release, { promotion, outdated, given })),
    ...judgeTags(release, promotions),
    ...judgeRuns(release, promotions, given),
    ...judgeDeployments(release, promotions, given),
    ...judgeReplies(release),
    ...(askedAgain > 0 && !(await isTold(release, promotions))
      ? ['somebody had to ask again, and nobody told why']
      : []),
    ...judgeAlarms(release, promotions, dead),
    ...(await judgeChains(release)),
  ];
  const states = promotions.map(({ state }) =>
    state.kind === 'failed' ? `failed, production ${state.failure.production}` : state.kind,
  );
  return { end: `${states.join(' → ')}${askedAgain === 0 ? '' : `, asked again ${askedAgain} times`}`, problems };
}

/** A promotion that failed says so on its card, one that was planned anew as well; all else is answered. */
async function isTold(release: Release, promotions: readonly Promotion[]): Promise<boolean> {
  const trail = await trailOf(release.world);
  return promotions.length > 1 || repliesOf(release).length > 0 || trail.some(({ kind }) => kind === 'replanned');
}

type Given = (kind: string) => boolean;

function judgeDead(dead: readonly string[], faults: readonly Fault[]): readonly string[] {
  if (faults.some(({ isFinal }) => isFinal)) return [];
  return dead.map((job) => `dead though nothing that was answered is final: ${job}`);
}

/** One card each, that shows the state of today. */
function judgeTold(
  { repo, issue }: Release,
  about: { readonly promotion: Promotion; readonly outdated: readonly string[]; readonly given: Given },
): readonly string[] {
  const { promotion, outdated, given } = about;
  const { number, state } = promotion;
  const name = formatNumber(number);
  const cards = repo
    .comments(issue)
    .filter(({ byApp, body }) => byApp && body.startsWith(`<!-- imprimatur ${name} -->`));
  const [card] = cards;
  if (card === undefined) return given('update-card') ? [] : [`no card of ${name}`];
  const several = cards.length > 1 ? [`${cards.length} cards of ${name}`] : [];
  return !outdated.includes(`${name} card`) || given('update-card')
    ? several
    : [...several, `${name} is ${state.kind}: ${card.body.split('\n')[1] ?? ''}`];
}

function judgeTags({ world, image, old, kept }: Release, promotions: readonly Promotion[]): readonly string[] {
  const tags = tagsOf(world);
  const floating = [tags['main'], tags['latest']];
  const isMixed = promotions.some(({ state }) => state.kind === 'failed' && state.failure.production === 'mixed');
  const isPromoted = promotions.some(({ state }) => state.kind === 'promoted');
  const wanted = isPromoted ? image.digest : old.digest;
  const wrong = floating.some((digest) => digest !== wanted) && !(isMixed && !isPromoted);
  const rollbacks = Object.entries(tags).filter(([tag]) => tag.startsWith('rollback-'));
  return [
    ...(wrong ? [`production should hold ${wanted}, and its tags hold ${floating.join(' and ')}`] : []),
    ...(isPromoted && tags[kept] !== image.digest ? [`${kept} holds ${tags[kept] ?? 'nothing'}`] : []),
    ...(isPromoted && rollbacks.length === 0 ? ['no rollback tag'] : []),
    ...rollbacks
      .filter(([, digest]) => digest !== old.digest)
      .map(([tag]) => `${tag} does not hold what production held`),
  ];
}

/** One check run for each promotion, with the state of today. */
function judgeRuns({ repo, commit }: Release, promotions: readonly Promotion[], given: Given): readonly string[] {
  const runs = repo.checkRuns(commit);
  return promotions.flatMap((promotion) => {
    const { id, number, state } = promotion;
    const name = formatNumber(number);
    const own = runs.filter(({ externalId }) => externalId === id);
    const [run] = own;
    if (run === undefined)
      return given('update-check-run') || knownCommit(promotion) === null ? [] : [`no check run of ${name}`];
    const several = own.length > 1 ? [`${own.length} check runs of ${name}`] : [];
    const wanted = CONCLUSIONS[state.kind];
    if (wanted === undefined || run.conclusion === wanted || given('update-check-run')) return several;
    return [...several, `the check run of ${name}, which is ${state.kind}, message ${run.conclusion ?? 'nothing yet'}`];
  });
}

const CONCLUSIONS: Readonly<Record<string, string>> = {
  promoted: 'success',
  failed: 'failure',
  'checks-failed': 'failure',
  'awaiting-approval': 'action_required',
};

function judgeDeployments({ repo }: Release, promotions: readonly Promotion[], given: Given): readonly string[] {
  const promoted = promotions.filter(({ state }) => state.kind === 'promoted').length;
  const refused = promotions.some(({ notice }) => notice?.kind === 'no-deployment');
  const made = repo.deployments().length;
  if (made === promoted || (made < promoted && (refused || given('create-deployment')))) return [];
  return [`${made} deployments of ${promoted} promotions`];
}

function judgeReplies({ repo, issue }: Release): readonly string[] {
  const markers = repo.comments(issue).flatMap(({ byApp, body }) => (byApp ? [body.split('\n')[0] ?? ''] : []));
  const twice = markers.filter((marker, at) => markers.indexOf(marker) !== at);
  return twice.map((marker) => `told twice: ${marker}`);
}

function judgeAlarms({ world }: Release, promotions: readonly Promotion[], dead: readonly string[]): readonly string[] {
  const isMixed = promotions.some(({ state }) => state.kind === 'failed' && state.failure.production === 'mixed');
  const alarms = alarmsOf(world);
  const missing = isMixed && !alarms.includes(MIXED) ? ['production is mixed, and no alarm was raised'] : [];
  const expected = (alarm: string): boolean => (alarm === MIXED ? isMixed : dead.length > 0 && alarm === GIVEN_UP);
  return [...missing, ...alarms.filter((alarm) => !expected(alarm)).map((alarm) => `alarm: ${alarm}`)];
}

const MIXED = 'production is mixed: its tags disagree';
const GIVEN_UP = 'a job failed for good: it is dead';

async function judgeChains({ world }: Release): Promise<readonly string[]> {
  const chains = [...(await world.audit())];
  return chains.flatMap(([repoId, chain]) => {
    const problem = findChainProblem(chain, { repoId, sha256 });
    return problem === null ? [] : [`audit trail: ${JSON.stringify(problem)}`];
  });
}
