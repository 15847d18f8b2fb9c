// The stage of the play: five repositories with ten environments each, a thread and an image for each promotion, and how deeds are done.
import type { GitHubRepo } from '../../support/github/repo.ts';
import { buildImage, type TestImage } from '../../support/registry/images.ts';
import type { Scenario } from '../../scenarios/world.ts';
import { REPOS, type Act, type Play, type Thread } from './play.ts';

export type StagedThread = Thread & {
  readonly github: GitHubRepo;
  readonly image: string;
  readonly issue: number;
  readonly commit: string;
  readonly source: string;
  readonly digest: string;
};

export type Stage = { readonly threads: readonly StagedThread[] };

export async function setStage(world: Scenario, { threads }: Play): Promise<Stage> {
  const repos: GitHubRepo[] = [];
  for (let index = 0; index < REPOS; index += 1) {
    const repo = await world.github.repo({
      owner: 'acme',
      name: `service-${index}`,
      users: { ada: 'write', bob: 'write', mia: 'maintain', ron: 'read' },
    });
    repo.commitOn('main', {
      files: { '.github/promotion.yml': policyFor(threads.filter((one) => one.repo === index)) },
    });
    repos.push(repo);
  }
  const staged: StagedThread[] = [];
  for (const thread of threads) {
    const github = repos[thread.repo];
    if (github === undefined) throw new Error(`there is no repository ${thread.repo}`);
    const commit = github.commitOn('staging', { message: `For ${thread.environment}` });
    const { digest } = build(world, github, commit);
    const issue = github.openIssue({ title: `Release to ${thread.environment}`, by: 'ada' });
    staged.push({ ...thread, github, image: github.fullName(), issue, commit, source: sourceOf(commit), digest });
  }
  return { threads: staged };
}

/** False while nobody would do it yet. */
export function isTime(stage: Stage, deed: Act): boolean {
  if (deed.kind !== 'say' || deed.answers !== 'card') return true;
  const { github, issue } = threadOf(stage, deed);
  return github
    .comments(issue)
    .some(({ byApp, body }) => byApp && /^<!-- imprimatur P\d+ -->\n[^]*`\/approve P\d+ [0-9a-f]{12}`/.test(body));
}

function threadOf({ threads }: Stage, { thread }: Act): StagedThread {
  const found = threads[thread];
  if (found === undefined) throw new Error(`there is no thread ${thread}`);
  return found;
}

/** Does the deed as far as the world lets it: a button that is not there is not clicked. */
export async function act(world: Scenario, stage: Stage, deed: Act): Promise<void> {
  const { github, issue, commit, source, environment } = threadOf(stage, deed);
  switch (deed.kind) {
    case 'say':
      await github.comment({ issue, by: deed.by, body: deed.body.replace('{source}', source) });
      return;
    case 'edit':
    case 'delete': {
      const last = github.comments(issue).findLast(({ author, body }) => author === deed.by && !body.startsWith('/'));
      if (last === undefined) return;
      if (deed.kind === 'delete') await github.deleteComment({ comment: last.id, by: deed.by });
      else await github.editComment({ comment: last.id, by: deed.by, body: deed.body });
      return;
    }
    case 'click': {
      const run = [...github.checkRuns(commit), ...github.checkRuns(github.head('staging'))].findLast(
        ({ status, actions }) =>
          status === 'completed' && actions.some(({ identifier }) => identifier.startsWith(`${deed.action}:`)),
      );
      if (run !== undefined) await github.click({ checkRun: run.id, action: deed.action, by: deed.by });
      return;
    }
    case 'push': {
      const { sha } = await github.push('staging', { message: 'More work' });
      const { digest } = build(world, github, sha);
      await github.packageEvent({ name: github.name(), digest, tag: sourceOf(sha) });
      return;
    }
    case 'deployer': {
      const deployment = github.deployments().findLast((one) => one.environment === environment);
      if (deployment === undefined) return;
      await github.deploymentStatus({ deployment: deployment.id, state: deed.state, by: 'github-actions[bot]' });
    }
  }
}

function policyFor(threads: readonly Thread[]): string {
  const places = threads.map(
    ({ environment, reviewers }) =>
      `  ${environment}: { tags: [${environment}], keep_as: "${environment}-{source}", approvals: { required: ${reviewers} } }`,
  );
  return `environments:\n${places.join('\n')}\n`;
}

function build(world: Scenario, repo: GitHubRepo, commit: string): TestImage {
  const image = buildImage({
    declaredLayerSizes: [90_000_000, 30_000_000],
    cmd: ['node', 'server.js'],
    seed: commit,
    labels: {
      'org.opencontainers.image.source': `https://github.com/${repo.fullName()}`,
      'org.opencontainers.image.revision': commit,
    },
  });
  world.registry.addImage({ repository: repo.fullName(), tag: sourceOf(commit), image });
  return image;
}

function sourceOf(commit: string): string {
  return `staging-${commit.slice(0, 7)}`;
}
