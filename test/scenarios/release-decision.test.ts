// Every entry point, for every kind of promotion: production moves only where the owner is served and the image is granted.
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import type { Verb } from '../../src/domain/command.ts';
import { LONGEST_LEASE_MS } from '../../src/engine/core/lease.ts';
import type { JobKind } from '../../src/engine/core/job.ts';
import { findPromotionByNumber } from '../../src/store/promotions/promotions.ts';
import type { Conversation } from './conversation.ts';
import { API, beginGranted, countTagWrites, isTagWrite, restartAs, writeRules } from './granted-world.ts';
import { buildImage } from '../support/registry/images.ts';
import { stage } from './world.ts';

/** Where something may begin: a comment, a button, a delivery, the clock, or a job that another one led to. */
type EntryPoint = `/${Verb}` | Exclude<JobKind, 'delivery' | 'command'>;

/** `unproven`: a rollback to what nothing proves that production held. */
type Kind = 'promotion' | 'forced' | 'rollback' | 'unproven' | 'version';

type Trial = {
  readonly kinds: readonly Kind[];
  /** Everything but the last step, in a world where the repository is served. */
  readonly prepare: (kind: Kind) => Promise<Conversation>;
  readonly act: (talk: Conversation, kind: Kind) => Promise<void>;
  /** What is refused leaves all as it was, so that one world does for all that is tried. */
  readonly once?: true;
};

const NOBODY = 'environments: { production: { approvals: { required: 0 } } }\n';
const SOMEBODY = 'rollback: { approvals: { required: 1 } }\n';

/**
 * `no-tags`: neither opens nor moves a promotion. `leads-on`: to what another entry point began; before the first tag, the
 * trial of `apply-tag-plan` stands. `undoes`: goes back with what was begun.
 */
const ENTRY_POINTS: Readonly<Record<EntryPoint, Trial | 'no-tags' | 'leads-on' | 'undoes'>> = {
  '/promote': { kinds: ['promotion', 'forced'], prepare: () => beginGranted(NOBODY), act: ask },
  '/rollback': { kinds: ['rollback', 'unproven'], prepare: promoted, act: ask },
  '/approve': {
    kinds: ['promotion', 'forced', 'rollback', 'unproven'],
    prepare: waiting,
    act: async (talk, kind) => void (await talk.approve('bob', kind === 'rollback' ? 2 : 1)),
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
  },
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
  'answer-git-tag': 'no-tags',
  'show-drift': 'no-tags',
  reply: 'no-tags',
  react: 'no-tags',
  'delete-expired-rows': 'no-tags',
  'recover-deliveries': 'leads-on',
  reconcile: 'leads-on',
};

let talk: Conversation | null = null;
afterEach(async () => {
  await talk?.world.end();
  await talk?.world.close();
  talk = null;
});

const TRIALS = Object.entries(ENTRY_POINTS).flatMap(([entry, row]) =>
  typeof row === 'string' ? [] : row.kinds.map((kind) => ({ entry, kind, ...row })),
);

describe.each(TRIALS.filter(({ once }) => once !== true))('$entry of a $kind', ({ kind, prepare, act }) => {
  test('writes tags only while the owner is served and the image is granted', async () => {
    talk = await prepare(kind);
    for (const access of ['owner-not-allowed', 'image-not-granted', 'served'] as const) {
      await restartAs(talk, access);
      const before = countTagWrites(talk);
      await act(talk, kind);
      expect({ access, writes: countTagWrites(talk) > before }).toEqual({ access, writes: access === 'served' });
    }
  });
});

describe.each(TRIALS.filter(({ once }) => once === true))('$entry of a $kind', ({ kind, prepare, act }) => {
  test.each(['owner-not-allowed', 'image-not-granted', 'served'] as const)('with %s', async (access) => {
    talk = await prepare(kind);
    await restartAs(talk, access);
    const before = countTagWrites(talk);
    await act(talk, kind);
    expect(countTagWrites(talk) > before).toBe(access === 'served');
  });
});

test('tags are written by nothing but the job that applies a plan, and the one that goes back', () => {
  const root = new URL('../../src/', import.meta.url);
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  const using = (call: RegExp): readonly string[] =>
    paths.filter((path) => call.test(readFileSync(new URL(path, root), 'utf8')));
  expect(using(/registry\.putManifest\(/).toSorted()).toEqual(['engine/apply/application.ts', 'engine/core/lease.ts']);
  expect(using(/\bwriteTags\(application\)/)).toEqual(['engine/apply/apply-tag-plan.ts']);
});

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

async function promoted(): Promise<Conversation> {
  const about = await beginGranted(NOBODY);
  plant(about);
  await ask(about, 'promotion');
  expect(await about.state()).toBe('promoted');
  return about;
}

/** A tag that would have proven once that production held its image. */
function plant({ world }: Conversation): void {
  world.registry.addImage({ repository: API, tag: 'main-staging-badc0de', image: buildImage({ seed: 'planted' }) });
}

/** The newest promotion waits for somebody's approval. */
async function waiting(kind: Kind): Promise<Conversation> {
  const about = kind === 'rollback' ? await promoted() : await beginGranted();
  if (kind === 'unproven') plant(about);
  if (kind === 'rollback') writeRules(about, NOBODY + SOMEBODY);
  await ask(about, kind);
  expect(await newestState(about)).toBe('awaiting-approval');
  return about;
}

/** The rules refused it, were edited since, and nobody told: today it passes, and nobody has to approve. */
async function failedByRules(kind: Kind): Promise<Conversation> {
  const about = await beginGranted(`${NOBODY}validation: { size: { max: 110MB } }\n`);
  await ask(about, kind);
  expect(await newestState(about)).toBe('checks-failed');
  writeRules(about, NOBODY);
  return about;
}

async function rerun({ repo, commit, world }: Conversation): Promise<void> {
  await repo.rerun({ checkRun: repo.checkRuns(commit).at(-1)?.id ?? 0, by: 'bob' });
  await world.drain();
}

/** The check of the staging commit shows its button. */
async function staged(): Promise<Conversation> {
  const about = await beginGranted(NOBODY);
  const { sha: commit } = await about.repo.push('staging', { message: 'Newer' });
  stage(about.world, { commit, repository: API });
  await about.world.drain();
  return { ...about, commit };
}

async function clickPromote({ repo, commit, world }: Conversation): Promise<void> {
  const checkRun = repo.checkRuns(commit).find(({ name }) => name === 'imprimatur / staging image')?.id ?? 0;
  await repo.click({ checkRun, action: 'promote', by: 'ada' });
  await world.drain();
}

async function unbuilt(): Promise<Conversation> {
  const about = await beginGranted(NOBODY, { built: false });
  await ask(about, 'promotion');
  expect(await about.state()).toBe('waiting-for-image');
  return about;
}

async function build({ world, commit }: Conversation): Promise<void> {
  stage(world, { commit, repository: API });
  await world.pass(60_000);
}

/** The process died before the first write of what was approved. */
async function begun(kind: Kind): Promise<Conversation> {
  const isFirst = kind === 'promotion' || kind === 'forced';
  const about = isFirst ? await beginGranted(NOBODY) : await promoted();
  await send(about, kind);
  await about.world.drainUntilKilled({ by: isTagWrite, when: 'before' });
  return about;
}

async function goOn({ world }: Conversation): Promise<void> {
  world.clock.turn(LONGEST_LEASE_MS + 1);
  await world.drain();
}

async function newestState({ world, repo }: Conversation): Promise<string | null> {
  for (let number = 9; number > 0; number -= 1) {
    const found = await findPromotionByNumber(world.app.store.db, { repoId: repo.id, number });
    if (found !== null) return found.state.kind;
  }
  return null;
}
