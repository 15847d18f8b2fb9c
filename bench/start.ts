// Measures the start of a process until it is ready, and what it holds in memory after many promotions, beside Probot alone.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGitHub } from '../test/support/github/world.ts';
import { ourServer, startChild } from './child.ts';
import { median, spread, type Report } from './report.ts';
import { openWorld, REPOSITORY } from './world.ts';

const FLOATING = ['main', 'latest'];

export async function benchStart(report: Report, { starts }: { readonly starts: number }): Promise<void> {
  report.heading(`From the start of the process to the first 200, median of ${starts}`);
  const folder = await mkdtemp(join(tmpdir(), 'imprimatur-start-'));
  const github = await startGitHub();
  try {
    const bare: number[] = [];
    const ours: number[] = [];
    for (let at = 0; at < starts; at += 1) {
      bare.push(await timeOf({ script: 'bench/bare-probot.ts', env: github.env, readyPath: '/ping' }));
      const env = {
        ...github.env,
        DATABASE_URL: `sqlite:${join(folder, `${at}.db`)}`,
        DOCKER_CONFIG: folder,
        LOG_FORMAT: 'json',
        LOG_LEVEL: 'warn',
      };
      ours.push(await timeOf({ ...ourServer(), env, readyPath: '/readyz' }));
    }
    report.figure({ name: 'Probot alone, until it answers', value: median(bare), unit: 'ms', note: spread(bare) });
    report.figure({
      name: 'until /readyz, a new database and GitHub’s yes included',
      value: median(ours),
      unit: 'ms',
      target: { kind: 'at most', value: 1500 },
      note: spread(ours),
    });
    report.figure({ name: 'against Probot alone', value: median(ours) / median(bare), unit: '×' });
  } finally {
    await github.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function timeOf(server: Parameters<typeof startChild>[0]): Promise<number> {
  const child = await startChild(server);
  const ms = performance.now() - child.startedAt;
  await child.kill('SIGKILL');
  return ms;
}

export async function benchMemory(report: Report, { promotions }: { readonly promotions: number }): Promise<void> {
  report.heading(`Resident memory after ${promotions} promotions`);
  const world = await openWorld({ floating: FLOATING, delayMs: 0 });
  try {
    const first = await world.build();
    await world.push({ repository: REPOSITORY, tags: FLOATING, image: first.image });
    const before = world.app().residentMb();
    for (let at = 0; at < promotions; at += 1) {
      const build = await world.build();
      await world.request(build);
      await world.approve(build);
      await world.settle(build);
    }
    const bare = await startChild({ script: 'bench/bare-probot.ts', env: world.github.env, readyPath: '/ping' });
    const bareMb = bare.residentMb();
    await bare.kill('SIGKILL');
    report.figure({ name: 'Probot alone, idle', value: bareMb, unit: 'MB' });
    report.figure({ name: 'ours, after its start', value: before, unit: 'MB' });
    report.figure({
      name: 'ours, after them',
      value: world.app().residentMb(),
      unit: 'MB',
      target: { kind: 'at most', value: 160 },
    });
    report.figure({ name: 'against Probot alone', value: world.app().residentMb() / bareMb, unit: '×' });
  } finally {
    await world.close();
  }
}
