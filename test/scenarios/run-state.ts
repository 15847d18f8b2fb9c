// Where a promotion stands, as its newest check run on a commit shows it and the database has it.
import { expect } from 'vitest';
import type { Failure, Promotion, StateKind } from '../../src/domain/promotion/promotion.ts';
import { isBlocking } from '../../src/domain/finding.ts';
import { findPromotion } from '../../src/store/promotions/promotions.ts';
import type { GitHubRepo } from '../support/github/repo.ts';
import type { Scenario } from './world.ts';

export type RunState = {
  /** GitHub's; null while it is in progress. */
  readonly conclusion: string | null;
  readonly state: StateKind;
  /** What became of production's tags, where the promotion failed. */
  readonly production?: Failure['production'];
  /** The rules that keep the image out, where it was refused by them. */
  readonly rules?: readonly string[];
};

/** Fails where the check run does not show what is stored. */
export async function runStateOn(world: Scenario, repo: GitHubRepo, commit: string): Promise<RunState> {
  const run = repo.checkRuns(commit).at(-1);
  const promotion = run === undefined ? null : await findPromotion(world.app.store.db, run.externalId);
  if (run === undefined || promotion === null) throw new Error(`no check run of a promotion on ${commit}`);
  expect(await world.outdated()).not.toContain(`P${promotion.number} check-run`);
  return { conclusion: run.conclusion, ...stateOf(promotion) };
}

function stateOf({ state, findings }: Promotion): Omit<RunState, 'conclusion'> {
  switch (state.kind) {
    case 'failed':
      return { state: state.kind, production: state.failure.production };
    case 'checks-failed':
      return { state: state.kind, rules: [...new Set(findings.filter(isBlocking).map(({ rule }) => rule))] };
    default:
      return { state: state.kind };
  }
}
