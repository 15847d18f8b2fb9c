// Handles a push. To the staging branch: waits for its head's image. To the default branch: reads the policy file again.
import type { Effect } from '../../domain/effect.ts';
import { builtInPolicy } from '../../domain/policy/policy.ts';
import { DONE, type IntentDefinition, type Job, type JobOutcome } from '../core/handler.ts';
import type { Services } from '../core/services.ts';
import type { Commit } from '../core/commit.ts';
import { loadPolicy, type LoadedPolicy } from '../core/load.ts';

export const handlePush: IntentDefinition<'push'> = {
  key: null,
  queue: 'repo',
  traits: [],
  handle,
  unserved: async () => DONE,
};

async function handle({ payload }: Job<'push'>, services: Services): Promise<JobOutcome> {
  const { repo, branch, head: commit, toDefaultBranch } = payload;
  const loaded = await loadPolicy(services, repo);
  const { registryHost } = services.settings;
  // If the file can't be read, the check reports it where most people would look.
  const policy = loaded.kind === 'policy' ? loaded.policy : builtInPolicy({ repo: repo.name, registryHost });
  const change = policyChangeOf(payload, { loaded, at: services.now() });
  const revisits: readonly Effect[] = toDefaultBranch ? [{ kind: 'revisit-policy', repoId: repo.id }] : [];
  if (branch !== policy.staging.branch) {
    return revisits.length === 0 ? DONE : { kind: 'done', commit: { repo, effects: revisits, ...change } };
  }
  const key = { repoId: repo.id, commit };
  const commitOfPush = {
    repo,
    stagingChecks: [{ kind: 'open', ...key }],
    effects: [{ kind: 'watch-staging', ...key }, ...revisits],
    ...change,
  } as const;
  return { kind: 'done', commit: commitOfPush };
}

/** Stands for each file that can't be read: nothing is planned under one, and what came before it is no longer the latest. */
const UNREADABLE = 'unreadable';

/** Who brought the current file to the default branch, if this push shows it. */
function policyChangeOf(
  { toDefaultBranch, policyBy, misnamedBy }: Job<'push'>['payload'],
  { loaded, at }: { readonly loaded: LoadedPolicy; readonly at: number },
): Pick<Commit, 'policyChange'> {
  const blob = loaded.kind === 'policy' ? loaded.policy.blob : UNREADABLE;
  const pusher = policyBy ?? (isMisnamed(loaded) ? misnamedBy : undefined);
  if (!toDefaultBranch || pusher === undefined) return {};
  const { id, login } = pusher;
  return { policyChange: { blob, by: { id, login }, source: 'push', at } };
}

/** Otherwise a file with a similar name changes nothing. */
function isMisnamed(loaded: LoadedPolicy): boolean {
  return loaded.kind === 'unreadable' && loaded.problems.some(({ code }) => code === 'wrong-file-name');
}
