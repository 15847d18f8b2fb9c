// Every entry point of production, each with the kinds of promotions that it opens or moves: how to get there, and the step itself.
import type { Verb } from '../../src/domain/command.ts';
import { LONGEST_LEASE_MS } from '../../src/engine/core/lease.ts';
import type { JobKind } from '../../src/engine/core/job.ts';
import { findPromotionByNumber } from '../../src/store/promotions/promotions.ts';
import type { Promotion } from '../../src/domain/promotion/promotion.ts';
import { expect } from 'vitest';
import type { Conversation } from './conversation.ts';
import { API, beginGranted, isTagWrite, restartAs, writeRules } from './granted-world.ts';
import { stage } from './world.ts';

/** Where something may begin: a comment, a button, a delivery, the clock, or a job that another one led to. */
export type EntryPoint = `/${Verb}` | Exclude<JobKind, 'delivery' | 'command'>;

/** `unproven`: a rollback to what nothing proves that production held. */
export type Kind = 'promotion' | 'forced' | 'rollback' | 'unproven' | 'version';

/** What the policy file says while the last step is made. */
export type Setting = {
  /** Approvals for what is asked: the environment's, or the rollback's where the target is held. */
  readonly required: 0 | 1 | 2;
  /** Whether the image is as the rules want it. */
  readonly rules: 'pass' | 'fail';
};

export type Trial = {
  readonly kinds: readonly Kind[];
  /** Everything but the last step, in a world where the repository is served. */
  readonly prepare: (kind: Kind, setting: Setting) => Promise<Conversation>;
  readonly act: (talk: Conversation, kind: Kind) => Promise<void>;
  /** What is refused leaves all as it was, so that one world does for all that is tried. */
  readonly once?: true;
  /** `review`: gives an approval to what waits for one. `begun`: all is decided before it. */
  readonly step?: 'review' | 'begun';
};

const NOBODY: Setting = { required: 0, rules: 'pass' };

/**
 * `no-tags`: neither opens nor moves a promotion. `leads-on`: to what another entry point began; before the first tag, the
 * trial of `apply-tag-plan` stands. `undoes`: goes back with what was begun.
 */
export const ENTRY_POINTS: Readonly<Record<EntryPoint, Trial | 'no-tags' | 'leads-on' | 'undoes'>> = {
  '/promote': { kinds: ['promotion', 'forced'], prepare: begin, act: ask },
  '/rollback': { kinds: ['rollback', 'unproven'], prepare: promoted, act: ask },
  '/approve': {
    kinds: ['promotion', 'forced', 'rollback', 'unproven'],
    prepare: waiting,
    act: async (talk) => void (await talk.approve('bob')),
    step: 'review',
  },
  '/reject': 'no-tags',
  '/cancel': 'no-tags',
  '/refresh': 'leads-on',
  '/status': 'no-tags',
  '/help': 'no-tags',

  click: {
    kinds: ['promotion', 'forced'],
    prepare: waiting,
    act: async (talk) => void (await talk.click('bob', 'approve')),
    step: 'review',
  },
  'misplaced-command': 'no-tags',
  'staging-click': { kinds: ['promotion'], prepare: staged, act: clickPromote },
  'git-tag': { kinds: ['version'], prepare: promoted, act: ask },
  're-run': { kinds: ['promotion'], prepare: failedByRules, act: rerun, once: true },
  're-run-suite': 'leads-on',
  'staging-re-run': 'no-tags',
  push: 'leads-on',
  'registry-package': 'leads-on',
  deployment: 'no-tags',
  'deployment-status': 'no-tags',
  'installation-gone': 'no-tags',
  'installation-back': 'leads-on',
  'repo-gone': 'no-tags',
  'repo-changed': 'leads-on',

  'collect-facts': 'leads-on',
  'poll-image': { kinds: ['promotion'], prepare: unbuilt, act: build, once: true },
  'apply-tag-plan': {
    kinds: ['promotion', 'forced', 'rollback', 'unproven', 'version'],
    prepare: begun,
    act: goOn,
    once: true,
    step: 'begun',
  },
  'restore-production': 'undoes',
  'revisit-environment': 'leads-on',
  'revisit-promotion': 'leads-on',
  'revisit-policy': 'leads-on',
  'reconcile-promotion': 'leads-on',
  'expire-promotion': 'no-tags',
  'withdraw-promotion': 'no-tags',
  'watch-staging': 'no-tags',
  'read-thread': 'leads-on',
  'check-drift': 'no-tags',
  'create-deployment': 'no-tags',
  'update-check-run': 'no-tags',
  'update-staging-check': 'no-tags',
  'update-card': 'no-tags',
  'notify-requester': 'no-tags',
  'continue-thread': 'no-tags',
  'answer-git-tag': 'no-tags',
  'show-drift': 'no-tags',
  reply: 'no-tags',
  react: 'no-tags',
  'delete-expired-rows': 'no-tags',
  'recover-deliveries': 'leads-on',
  reconcile: 'leads-on',
};

export const TRIALS = Object.entries(ENTRY_POINTS).flatMap(([entry, row]) =>
  typeof row === 'string' ? [] : row.kinds.map((kind) => ({ entry, kind, ...row })),
);

/** What a person does first. */
async function send({ world, repo, commit, short, issue }: Conversation, kind: Kind): Promise<void> {
  const line = {
    promotion: `/promote staging-${short}`,
    forced: `/promote staging-${short} force --reason "now"`,
    rollback: '/rollback --reason "it fails"',
    unproven: '/rollback to main-staging-badc0de --reason "it fails"',
    version: null,
  }[kind];
  if (line !== null) {
    await repo.comment({ issue, by: 'mia', body: line });
    return;
  }
  repo.merge({ from: 'staging', into: 'main' });
  await repo.pushTag({ name: `v1.0.${world.registry.requests.length}`, on: commit, by: 'mia' });
}

async function ask(about: Conversation, kind: Kind): Promise<void> {
  await send(about, kind);
  await about.world.drain();
}

/** The lines of the policy file. The other number differs where it can: it is not what counts. */
function rulesOf(kind: Kind, { required, rules }: Setting): string {
  const isHeld = kind === 'rollback';
  const lines = [
    `environments: { production: { approvals: { required: ${isHeld ? 2 : required} } } }`,
    `rollback: { approvals: { required: ${isHeld ? required : 0} } }`,
    ...(rules === 'fail' ? ['validation: { size: { max: 110MB } }'] : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function begin(kind: Kind, setting: Setting): Promise<Conversation> {
  return beginGranted(rulesOf(kind, setting));
}

async function promoted(kind: Kind, setting: Setting): Promise<Conversation> {
  const about = await begin('promotion', NOBODY);
  plant(about);
  await ask(about, 'promotion');
  expect(await about.state()).toBe('promoted');
  writeRules(about, rulesOf(kind, setting));
  return about;
}

/** A tag that would have proven once that production held its image. */
function plant({ world, commit }: Conversation): void {
  stage(world, { commit, repository: API, tag: 'main-staging-badc0de', image: { seed: 'planted' } });
}

/** The newest promotion waits for somebody's approval; the rules are edited since, and nobody told. */
async function waiting(kind: Kind, setting: Setting): Promise<Conversation> {
  const passing = { ...setting, rules: 'pass' } as const;
  const about = kind === 'rollback' ? await promoted(kind, passing) : await begin(kind, passing);
  if (kind === 'unproven') plant(about);
  await ask(about, kind);
  expect((await newest(about))?.state.kind).toBe('awaiting-approval');
  writeRules(about, rulesOf(kind, setting));
  return about;
}

/** The rules refused it, and were edited since, without anybody telling. */
async function failedByRules(kind: Kind, setting: Setting): Promise<Conversation> {
  const about = await begin(kind, { required: 0, rules: 'fail' });
  await ask(about, kind);
  expect((await newest(about))?.state.kind).toBe('checks-failed');
  writeRules(about, rulesOf(kind, setting));
  return about;
}

async function rerun({ repo, commit, world }: Conversation): Promise<void> {
  await repo.rerun({ checkRun: repo.checkRuns(commit).at(-1)?.id ?? 0, by: 'bob' });
  await world.drain();
}

/** The check of the staging commit shows its button. */
async function staged(kind: Kind, setting: Setting): Promise<Conversation> {
  const about = await begin(kind, { ...setting, rules: 'pass' });
  const { sha: commit } = await about.repo.push('staging', { message: 'Newer' });
  stage(about.world, { commit, repository: API });
  await about.world.drain();
  writeRules(about, rulesOf(kind, setting));
  return { ...about, commit };
}

async function clickPromote({ repo, commit, world }: Conversation): Promise<void> {
  const checkRun = repo.checkRuns(commit).find(({ name }) => name === 'imprimatur / staging image')?.id ?? 0;
  await repo.click({ checkRun, action: 'promote', by: 'mia' });
  await world.drain();
}

async function unbuilt(kind: Kind, setting: Setting): Promise<Conversation> {
  const about = await beginGranted(rulesOf(kind, setting), { built: false });
  await ask(about, kind);
  expect(await about.state()).toBe('waiting-for-image');
  return about;
}

async function build({ world, commit }: Conversation): Promise<void> {
  stage(world, { commit, repository: API });
  await world.pass(60_000);
}

/** The process died before the first write of what was approved; the rules are edited since. */
async function begun(kind: Kind, setting: Setting): Promise<Conversation> {
  const passing = { ...setting, rules: 'pass' } as const;
  const isFirst = kind === 'promotion' || kind === 'forced';
  const about = isFirst ? await begin(kind, passing) : await promoted(kind, passing);
  const { world, repo, issue } = about;
  await send(about, kind);
  if (kind !== 'version' && setting.required > 0) {
    await world.drain();
    if (setting.required > 1) await about.approve('ada');
    const number = (await newest(about))?.number;
    await repo.comment({ issue, by: 'bob', body: `/approve P${number} ${await about.plan(number)}` });
  }
  await world.drainUntilKilled({ by: isTagWrite, when: 'before' });
  await restartAs(about, 'served');
  writeRules(about, rulesOf(kind, setting));
  return about;
}

async function goOn({ world }: Conversation): Promise<void> {
  world.clock.turn(LONGEST_LEASE_MS + 1);
  await world.drain();
}

/** The newest promotion; null before the first. */
export async function newest({ world, repo }: Conversation): Promise<Promotion | null> {
  for (let number = 9; number > 0; number -= 1) {
    const found = await findPromotionByNumber(world.app.store.db, { repoId: repo.id, number });
    if (found !== null) return found;
  }
  return null;
}
