// Runs all checks: server, App, machine user, then one repository after the other.
import type { Check, CheckGroup, CheckSubject } from '../../domain/doctor/check.ts';
import type { MachineToken } from '../../domain/machine-token.ts';
import { OutsideError } from '../../net/outside-error.ts';
import type { RepoName } from '../../domain/image/reference.ts';
import { listPromotingRepos } from '../../store/repos.ts';
import { examineApp } from './app.ts';
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

/** Checks `only`, or every repository with promotions in the database. `onProgress` receives what is checked next. */
export async function examine(
  setup: DoctorSetup,
  { only, onProgress }: { readonly only: RepoName | null; readonly onProgress: (about: CheckSubject) => void },
): Promise<Examination> {
  const { repos, check: database } = await findRepos(setup, only);
  const groups: CheckGroup[] = [{ about: { kind: 'server' }, checks: [...checkEnvironment(setup), database] }];
  const app = { kind: 'app' } as const;
  onProgress(app);
  groups.push({ about: app, checks: await examineAround(setup) });
  const machineUser = { kind: 'machine-user' } as const;
  onProgress(machineUser);
  const token: MachineToken | null = setup.askToken === null ? null : await setup.askToken();
  if (setup.credentials('ghcr.io') !== null || setup.settings.registryHost === 'ghcr.io')
    groups.push({ about: machineUser, checks: examineMachineUser(setup, token) });
  for (const name of repos) {
    const about = { kind: 'repository', name } as const;
    onProgress(about);
    groups.push({ about, checks: await examineRepo(setup, { name, token }) });
  }
  return { groups, healthy: groups.every(({ checks }) => checks.every(({ outcome }) => outcome !== 'fail')) };
}

function checkEnvironment({ problems, settings }: DoctorSetup): readonly Check[] {
  const name = 'variables';
  if (problems.length > 0) {
    return problems.map((detail) => ({ name, outcome: 'fail', code: 'variable-unreadable', detail }));
  }
  return [{ name, outcome: 'ok', code: 'variables-readable' }, ...checkFloors(settings)];
}

/** Without both, a policy file decides whether one person can release alone. */
function checkFloors({ floors }: DoctorSetup['settings']): readonly Check[] {
  const variables = [
    ...(floors.minApprovals.some(({ required }) => required > 0) ? [] : ['MIN_APPROVALS']),
    ...(floors.forbidSelfApproval.length > 0 ? [] : ['FORBID_SELF_APPROVAL']),
  ];
  return variables.length === 0 ? [] : [{ name: 'variables', outcome: 'warn', code: 'floors-unset', variables }];
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
  const name = 'database';
  const named = only === null ? [] : [only];
  try {
    const store = await openStore();
    const repos = (await listPromotingRepos(store.db)).map((repo) => repo.name);
    const check: Check = { name, outcome: 'ok', code: 'database-readable', repos };
    return { repos: only === null ? repos : named, check };
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    const result = { code: 'database-unreadable', problem: error.toProblem(), isRepoNamed: only !== null } as const;
    return { repos: named, check: { name, outcome: 'warn', ...result } };
  }
}
