// Act: the deployer hears of the promotion by its GitHub Deployment, deploys by digest, and card and check run follow it.
import { z } from 'zod';
import { STATE_SYMBOLS } from '../../src/messages/card/state.ts';
import type { Build } from '../build.ts';
import type { Stage } from '../stage.ts';
import type { Printer } from '../terminal/printer.ts';

/** What a deployer reads of a deployment's payload; an Ansible playbook would do the same. */
const Payload = z.object({ image: z.string(), digest: z.string() });
const LOG = 'https://deploy.example.com/plays/7';

/** `issue` is the thread where the build was promoted. */
export async function playDeployment(
  stage: Stage,
  { step }: Printer,
  { build, issue }: { readonly build: Build; readonly issue: number },
): Promise<void> {
  const { repo, until } = stage;
  const deploymentOf = (): ReturnType<Stage['repo']['deployments']>[number] | undefined =>
    repo.deployments().find(({ sha }) => sha === build.commit);
  const card = (): string =>
    repo.comments(issue).flatMap(({ byApp, body }) => (byApp ? (/^### (.*)$/m.exec(body)?.[1] ?? []) : []))[0] ?? '';
  const words = (): string => card().split(' · ').at(-1) ?? '';

  const id = await step('GitHub has a deployment of the promoted commit', async (note) => {
    await until('a deployment', () => deploymentOf() !== undefined);
    const deployment = deploymentOf();
    const { image, digest } = Payload.parse(deployment?.payload);
    if (digest !== build.digest || !image.endsWith(`@${digest}`)) throw new Error(`it names ${image}`);
    note(`environment ${deployment?.environment} · ${deployment?.description}`);
    note(`payload: ${image}`);
    return deployment?.id ?? 0;
  });
  await step('The deployer pulls that digest, and reports in_progress, then success', async (note) => {
    await repo.deploymentStatus({ deployment: id, state: 'in_progress', by: 'github-actions[bot]', logUrl: LOG });
    await until('a card that says so', () => card().startsWith(STATE_SYMBOLS.deploying));
    note(`card and check run: ${words()}`);
    await repo.deploymentStatus({ deployment: id, state: 'success', by: 'github-actions[bot]', logUrl: LOG });
    await until('a card that says so', () => card().startsWith(STATE_SYMBOLS.deployed));
    const title = words();
    await until('a check run that says so', () => repo.checkRuns(build.commit).some((run) => run.title === title));
    note(`card and check run: ${title}`);
  });
}
