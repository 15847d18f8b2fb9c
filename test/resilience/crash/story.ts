// The story in which processes are killed: what people do, phase by phase, and where each phase has to end.
import type { Promotion, PromotionState } from '../../../src/domain/promotion/promotion.ts';
import { stateTitle } from '../../../src/messages/card/state.ts';
import { failure } from '../../domain/problem.ts';
import { AT, viewOf } from '../../messages/sample-view.ts';
import { IMAGE } from '../image.ts';
import { COMMITS, type World } from './world.ts';

/** People act in steps; after each one everything comes to rest. */
export type Phase = {
  readonly name: string;
  readonly steps: readonly ((world: World) => Promise<unknown>)[];
  /** Requests to the registry that it refuses during this phase. */
  readonly refused?: (name: string) => boolean;
  /** What the newest check run says when the phase is over; null: there is none yet. */
  readonly ends: string | null;
};

const DEPLOYED = { kind: 'deployed', at: AT, since: AT, url: null } as const;

export const STORY: readonly Phase[] = [
  { name: 'start', steps: [], ends: null },
  {
    name: 'request',
    steps: [say('ada', `/promote ${sourceOf(COMMITS.first)} as v1.2.3 --reason "new login"`)],
    ends: titleOf({ kind: 'awaiting-approval' }),
  },
  { name: 'apply', steps: [click('approve', COMMITS.first)], ends: titleOf({ kind: 'promoted', at: AT }) },
  { name: 'deployment', steps: [report('in_progress'), report('success')], ends: titleOf(DEPLOYED) },
  {
    name: 'rollback',
    steps: [say('ada', '/rollback --reason "it fails"')],
    ends: titleOf({ kind: 'awaiting-approval' }),
  },
  { name: 'roll back', steps: [say('bob', '/approve P2')], ends: titleOf({ kind: 'promoted', at: AT }, 'rollback') },
  { name: 'deployment of the rollback', steps: [report('success')], ends: titleOf(DEPLOYED, 'rollback') },
  {
    name: 'another request',
    steps: [say('ada', `/promote ${sourceOf(COMMITS.second)}`)],
    ends: titleOf({ kind: 'awaiting-approval' }),
  },
  {
    name: 'going back',
    steps: [click('approve', COMMITS.second)],
    refused: (name) => name === `PUT /v2/${IMAGE}/manifests/latest`,
    ends: titleOf({ kind: 'failed', failure: failure({ production: 'restored' }) }),
  },
];

export function newestRun({ repo }: World): { readonly id: number; readonly title: string | null } | undefined {
  const runs = Object.values(COMMITS).flatMap((commit) => repo.checkRuns(commit));
  return runs.toSorted((one, other) => one.id - other.id).at(-1);
}

/** The title of a check run in this state. */
function titleOf(state: PromotionState, kind: Promotion['kind'] = 'promotion'): string {
  return stateTitle(viewOf({ state, kind }));
}

function sourceOf(commit: string): string {
  return `staging-${commit.slice(0, 7)}`;
}

function say(by: string, body: string): Phase['steps'][number] {
  return ({ repo, issue }) => repo.comment({ issue, by, body });
}

function click(action: string, commit: string): Phase['steps'][number] {
  return async ({ repo }) => {
    const run = repo.checkRuns(commit).at(-1);
    if (run === undefined) throw new Error(`no check run on ${commit}`);
    await repo.click({ checkRun: run.id, action, by: 'bob' });
  };
}

function report(state: string): Phase['steps'][number] {
  return async ({ repo }) => {
    const deployment = repo.deployments().at(-1);
    if (deployment === undefined) throw new Error('no deployment');
    await repo.deploymentStatus({ deployment: deployment.id, state, by: 'github-actions[bot]' });
  };
}
