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
import type { Patient } from './patient.ts';
import { examineRepo } from './repo.ts';
import { examineWebhook } from './webhook.ts';

export type Examination = {
  readonly groups: readonly CheckGroup[];
  /** No check failed. */
  readonly healthy: boolean;
};

/** Of `only`, or of every repository that the database knows promotions of. `onProgress` hears what is looked at. */
export async function examine(
  patient: Patient,
  { only, onProgress }: { readonly only: RepoName | null; readonly onProgress: (about: string) => void },
): Promise<Examination> {
  const { repos, check: database } = await findRepos(patient, only);
  const groups: CheckGroup[] = [{ about: 'This server', checks: [...checkEnvironment(patient), database] }];
  onProgress('the App');
  groups.push({ about: 'The GitHub App', checks: await examineAround(patient) });
  onProgress('the machine user');
  const token: MachineToken | null = patient.askToken === null ? null : await patient.askToken();
  if (patient.credentials('ghcr.io') !== null || patient.settings.registryHost === 'ghcr.io')
    groups.push({ about: 'The machine user', checks: examineMachineUser(patient, token) });
  for (const name of repos) {
    onProgress(name);
    groups.push({ about: name, checks: await examineRepo(patient, { name, token }) });
  }
  return { groups, healthy: groups.every(({ checks }) => checks.every(({ outcome }) => outcome !== 'fail')) };
}

function checkEnvironment({ problems }: Patient): readonly Check[] {
  if (problems.length === 0) return [fine('variables', 'Every variable can be read.')];
  return problems.map((says) => trouble('fail', 'variables', { says }));
}

async function examineAround(patient: Patient): Promise<readonly Check[]> {
  const { checks, app } = await examineApp(patient);
  if (app === null || patient.github.kind === 'none') return checks;
  const client = patient.github.github.asApp();
  const installations = await examineInstallations(patient, { client, app });
  return [...checks, ...installations, ...(await examineWebhook(patient, client))];
}

async function findRepos(
  { store: openStore }: Patient,
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
    const todo = only === null ? 'Start the server once, or name a repository with --repo.' : 'Start the server once.';
    return { repos: named, check: trouble('warn', 'database', { says: `${error.message}.`, todo }) };
  }
}
