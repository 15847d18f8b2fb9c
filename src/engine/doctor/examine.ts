// The whole examination, from the environment outwards: server, App, machine user, then one repository after the other.
import type { MachineToken } from '../../domain/machine-token.ts';
import { OutsideError } from '../../net/outside-error.ts';
import type { RepoName } from '../../domain/image/reference.ts';
import { listWords } from '../../messages/format.ts';
import { listPromotingRepos } from '../../store/repos.ts';
import { examineApp } from './app.ts';
import { fine, trouble, type Check, type CheckGroup } from './check.ts';
import { examineInstallations } from './installations.ts';
import { examineMachineUser } from './machine-user.ts';
import type { DoctorSetup } from './setup.ts';
import { examineRepo } from './repo.ts';
import { examineWebhook } from './webhook.ts';

export type Examination = {
  readonly groups: readonly CheckGroup[];
  /** No check failed. */
  readonly healthy: boolean;
};

/** Of `only`, or of every repository that the database knows promotions of. `onProgress` hears what is looked at. */
export async function examine(
  setup: DoctorSetup,
  { only, onProgress }: { readonly only: RepoName | null; readonly onProgress: (about: string) => void },
): Promise<Examination> {
  const { repos, check: database } = await findRepos(setup, only);
  const groups: CheckGroup[] = [{ about: 'This server', checks: [...checkEnvironment(setup), database] }];
  onProgress('the App');
  groups.push({ about: 'The GitHub App', checks: await examineAround(setup) });
  onProgress('the machine user');
  const token: MachineToken | null = setup.askToken === null ? null : await setup.askToken();
  if (setup.credentials('ghcr.io') !== null || setup.settings.registryHost === 'ghcr.io')
    groups.push({ about: 'The machine user', checks: examineMachineUser(setup, token) });
  for (const name of repos) {
    onProgress(name);
    groups.push({ about: name, checks: await examineRepo(setup, { name, token }) });
  }
  return { groups, healthy: groups.every(({ checks }) => checks.every(({ outcome }) => outcome !== 'fail')) };
}

function checkEnvironment({ problems }: DoctorSetup): readonly Check[] {
  if (problems.length === 0) return [fine('variables', 'Every variable can be read.')];
  return problems.map((message) => trouble('fail', 'variables', { message }));
}

async function examineAround(setup: DoctorSetup): Promise<readonly Check[]> {
  const { checks, app } = await examineApp(setup);
  if (app === null || setup.github.kind === 'none') return checks;
  const client = setup.github.github.asApp();
  const installations = await examineInstallations(setup, { client, app });
  return [...checks, ...installations, ...(await examineWebhook(setup, client))];
}

async function findRepos(
  { store: openStore }: DoctorSetup,
  only: RepoName | null,
): Promise<{ readonly repos: readonly RepoName[]; readonly check: Check }> {
  const named = only === null ? [] : [only];
  try {
    const store = await openStore();
    const known = await listPromotingRepos(store.db);
    const check = fine(
      'database',
      `The database can be read; it knows promotions in ${known.length === 0 ? 'no repository' : listWords(known.map(({ name }) => name))}.`,
    );
    if (only !== null) return { repos: named, check };
    return { repos: known.map(({ name }) => name), check };
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    const hint = only === null ? 'Start the server once, or name a repository with --repo.' : 'Start the server once.';
    return { repos: named, check: trouble('warn', 'database', { message: `${error.message}.`, hint }) };
  }
}
