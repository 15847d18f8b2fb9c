// The setting of the tests about this GitHub itself: two organizations, a private repository, three people, an App.
import type { Octokit } from '@octokit/rest';
import { afterEach, beforeEach } from 'vitest';
import { z } from 'zod';
import { connectApp } from './app-client.ts';
import { listen, type Listener } from './listener.ts';
import type { GitHubRepo } from './repo.ts';
import { startGitHub, type GitHubWorld } from './world.ts';

export const START = Date.UTC(2026, 10, 24, 9, 0, 0);
export const AT = { owner: 'acme', repo: 'dotca' } as const;

export type Stage = {
  readonly world: GitHubWorld;
  readonly listener: Listener;
  readonly repo: GitHubRepo;
  /** Acts with an installation token of acme. */
  readonly app: Octokit;
  readonly turnClock: (ms: number) => void;
};

/** A new stage for every test of the file; the answer gives the present one. */
export function useStage(): () => Stage {
  let stage: Stage | null = null;
  const present = (): Stage => {
    if (stage === null) throw new Error('the stage is up only while a test runs');
    return stage;
  };
  beforeEach(async () => {
    let clock = START;
    const world = await startGitHub({ owners: ['acme', 'globex'], now: () => clock });
    const listener = await listen();
    world.setAppUrl(listener.url);
    const users = { ada: 'write', bob: 'maintain', eve: 'read' } as const;
    const repo = await world.repo({ owner: AT.owner, name: AT.repo, users });
    const app = connectApp(world, world.installation('acme').id);
    const turnClock = (ms: number): void => {
      clock += ms;
    };
    stage = { world, listener, repo, app, turnClock };
  });
  afterEach(async () => {
    const { world, listener } = present();
    stage = null;
    await world.settle();
    await world.close();
    await listener.close();
  });
  return present;
}

const Failure = z.object({
  status: z.number(),
  response: z.object({ headers: z.record(z.string(), z.unknown()) }).optional(),
});

/** The status of an answer, also of a refusal. */
export async function statusOf(request: Promise<{ readonly status: number }>): Promise<number> {
  try {
    return (await request).status;
  } catch (error) {
    return Failure.parse(error).status;
  }
}

export async function failureOf(request: Promise<unknown>): Promise<z.infer<typeof Failure>> {
  try {
    await request;
  } catch (error) {
    return Failure.parse(error);
  }
  throw new Error('the request did not fail');
}
