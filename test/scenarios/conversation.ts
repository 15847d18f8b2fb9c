// A thread in acme/dotca with a staged image and an older one in production: people comment and click, and see the answers.
import { parseDigest } from '../../src/domain/image/reference.ts';
import { expect } from 'vitest';
import type { ApprovalPolicy } from '../../src/domain/policy/policy.ts';
import { covers, planIdOf } from '../../src/domain/promotion/approval.ts';
import type { Promotion, StateKind } from '../../src/domain/promotion/promotion.ts';
import { findPromotionByNumber, listOpenPromotions } from '../../src/store/promotions/promotions.ts';
import type { GitHubRepo } from '../support/github/repo.ts';
import type { ImageOptions, TestImage } from '../support/registry/images.ts';
import { answersAmong, type Answered } from './answers.ts';
import { acme, IMAGE, Scenario, stage, type ScenarioOptions } from './world.ts';

/** What became of a comment: its reactions, and what we answered in its thread besides cards. */
export type Said = {
  readonly id: number;
  readonly reactions: readonly string[];
  /** The values of the answers, oldest first. */
  readonly answers: readonly Answered[];
  /** The new comments as they read, markers cut off. */
  readonly replies: readonly string[];
};

export type Conversation = {
  readonly world: Scenario;
  readonly repo: GitHubRepo;
  /** The thread where people talk unless another is named. */
  readonly issue: number;
  readonly commit: string;
  readonly short: string;
  readonly image: TestImage;
  /** What production holds at first. */
  readonly old: TestImage;
  readonly openIssue: () => number;
  readonly say: (by: string, body: string, issue?: number) => Promise<Said>;
  /** A click on the newest check run of the commit, or on the one named; the values of the new answers in the thread. */
  readonly click: (
    by: string,
    action: 'approve' | 'reject' | `${'approve' | 'reject'}:${string}`,
    on?: { readonly checkRun?: number; readonly stalePage?: boolean },
  ) => Promise<readonly Answered[]>;
  /** A comment with the line that the card shows now for approving it; without a number, the newest that waits. */
  readonly approve: (by: string, number?: number, issue?: number) => Promise<Said>;
  /** The id of its plan, as the card shows it now. */
  readonly plan: (number?: number) => Promise<string>;
  /** `/promote` by ada, which comes to rest where the image brings it. */
  readonly request: (options?: { readonly by?: string; readonly issue?: number }) => Promise<Said>;
  /** The body of the one card of a promotion, marker cut off. */
  readonly card: (number?: number) => string;
  readonly replies: (issue?: number) => readonly string[];
  /** The values of all our answers in a thread, oldest first. */
  readonly answers: (issue?: number) => Promise<readonly Answered[]>;
  /** As it is stored. */
  readonly promotion: (number?: number) => Promise<Promotion>;
  readonly state: (number?: number) => Promise<StateKind | null>;
  /** Its state; fails where its card or its check run shows something else. */
  readonly told: (number?: number) => Promise<StateKind>;
  /** Whose approvals are about what is asked for now. */
  readonly counting: (number?: number) => Promise<readonly string[]>;
  /** Who has to approve it. */
  readonly approvals: (number?: number) => Promise<ApprovalPolicy | null>;
  /** Its findings in short: `fail source linux/arm64`, `fail command overridden`. */
  readonly findings: (number?: number) => Promise<readonly string[]>;
  /** The tags of production. */
  readonly production: () => { readonly main: string | null; readonly latest: string | null };
};

export async function begin(options: ScenarioOptions & { readonly image?: ImageOptions } = {}): Promise<Conversation> {
  const world = await Scenario.start(options);
  const repo = await acme(world);
  const old = stage(world, { commit: repo.commitOn('staging', { message: 'Old' }) });
  world.registry.setTag(IMAGE, 'main', old.digest);
  world.registry.setTag(IMAGE, 'latest', old.digest);
  const commit = repo.commitOn('staging', { message: 'New login page' });
  const image = stage(world, { commit, ...(options.image === undefined ? {} : { image: options.image }) });
  return converse(world, { repo, commit, image, old });
}

/** A conversation about one image in a world that stands already. */
export function converse(
  world: Scenario,
  about: Pick<Conversation, 'repo' | 'commit' | 'image' | 'old'>,
): Conversation {
  const { repo, commit } = about;
  const short = commit.slice(0, 7);
  const issue = repo.openIssue({ title: 'Release', by: 'ada' });
  const openIssue = (): number => repo.openIssue({ title: 'Another', by: 'ada' });
  const ofApp = (thread: number): readonly { readonly marker: string; readonly text: string }[] =>
    repo.comments(thread).flatMap(({ byApp, body }) => {
      const [marker = '', ...lines] = body.split('\n');
      return byApp ? [{ marker, text: lines.join('\n').trim() }] : [];
    });
  const repliesIn = (thread: number): ReturnType<typeof ofApp> =>
    ofApp(thread).filter(({ marker }) => marker.startsWith('<!-- imprimatur reply '));
  const replies = (thread = issue): readonly string[] => repliesIn(thread).map(({ text }) => text);
  const answers = (thread = issue, after = 0): Promise<readonly Answered[]> => {
    const comments = repliesIn(thread).map(({ marker }) => ({ byApp: true, body: marker }));
    return answersAmong(world.app.store.db, comments.slice(after));
  };
  const say: Conversation['say'] = async (by, body, thread = issue) => {
    const before = replies(thread).length;
    const { id } = await repo.comment({ issue: thread, by, body });
    await world.drain();
    const said = { answers: await answers(thread, before), replies: replies(thread).slice(before) };
    return { id, reactions: repo.reactions(id), ...said };
  };
  const promotion = async (number = 1): Promise<Promotion> => {
    const stored = await findPromotionByNumber(world.app.store.db, { repoId: repo.id, number });
    if (stored === null) throw new Error(`there is no P${number}`);
    return stored;
  };
  const plan = async (number = 1): Promise<string> => {
    const { subject } = await world.view(await promotion(number));
    return planIdOf(subject);
  };
  return {
    ...about,
    world,
    issue,
    plan,
    approve: async (by, number, thread = issue) => {
      const open = await listOpenPromotions(world.app.store.db, { repoId: repo.id });
      const waiting = open.filter(({ state }) => state.kind === 'awaiting-approval');
      const meant = number ?? waiting.at(-1)?.number ?? 1;
      return say(by, `/approve P${meant} ${await plan(meant)}`, thread);
    },
    short,
    openIssue,
    say,
    click: async (by, action, on = {}) => {
      const newest = repo.checkRuns(commit).at(-1)?.id;
      const checkRun = on.checkRun ?? newest;
      if (checkRun === undefined) throw new Error('there is no check run to click on');
      const before = replies().length;
      await repo.click({ checkRun, action, by, ...(on.stalePage === true ? { stalePage: true } : {}) });
      await world.drain();
      return answers(issue, before);
    },
    request: ({ by = 'ada', issue: thread = issue } = {}) => say(by, `/promote staging-${short}`, thread),
    card: (number = 1) => {
      const threads = repo.threads().map((thread) => thread.number);
      const cards = threads.flatMap(ofApp).filter(({ marker }) => marker === `<!-- imprimatur P${number} -->`);
      const [card] = cards;
      if (card === undefined || cards.length > 1) throw new Error(`${cards.length} cards of P${number}`);
      return card.text;
    },
    replies,
    answers,
    promotion,
    told: async (number = 1) => {
      const outdated = await world.outdated();
      expect(outdated).not.toContain(`P${number} card`);
      expect(outdated).not.toContain(`P${number} check-run`);
      return (await promotion(number)).state.kind;
    },
    counting: async (number) => {
      const stored = await promotion(number);
      const { subject } = await world.view(stored);
      const counting = stored.reviews.filter((review) => review.verdict === 'approve' && covers(review, subject));
      return counting.map(({ by }) => by.login);
    },
    approvals: async (number) => (await world.view(await promotion(number))).environment?.approvals ?? null,
    findings: async (number) =>
      (await promotion(number)).findings.map(({ outcome, rule, platform, overridden }) =>
        [outcome, rule, platform ?? '', overridden === true ? 'overridden' : '']
          .filter((part) => part !== '')
          .join(' '),
      ),
    state: async (number = 1) => {
      const stored = await findPromotionByNumber(world.app.store.db, { repoId: repo.id, number });
      return stored?.state.kind ?? null;
    },
    production: () => ({ main: world.registry.tag(IMAGE, 'main'), latest: world.registry.tag(IMAGE, 'latest') }),
  };
}

/** `sha256:0123456789ab…`, as cards shorten it. */
export function shown(digest: string): string {
  if (parseDigest(digest) === null) throw new Error(`${digest} is no digest`);
  return `${digest.slice(0, 'sha256:'.length + 12)}…`;
}
