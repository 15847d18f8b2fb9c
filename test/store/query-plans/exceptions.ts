// What may read a table from end to end, or sort, and why.
import type { PlanProblem } from './plan.ts';

/** Tables that stay small however long the server runs. */
export const FIXED_TABLES: Readonly<Record<string, string>> = {
  migrations: 'a row for each version of the schema',
  heartbeat: 'one row',
  setup_tokens: 'one row',
  delivery_recoveries: 'a row for each webhook of the App, which has one',
};

type Exception = { readonly problems: readonly PlanProblem[]; readonly reason: string };

const FEW_CANDIDATES: Exception = {
  problems: ['sort'],
  reason: 'sorts the 64 jobs that are due first, or one for each queue key that is free',
};
const FEW_OPEN: Exception = { problems: ['sort'], reason: 'sorts what is open' };
const ONE_SUBJECT: Exception = { problems: ['sort'], reason: 'sorts what belongs to one tag or one commit' };

/** By the function of the store. */
export const EXCEPTIONS: Readonly<Record<string, Exception>> = {
  claimJob: FEW_CANDIDATES,
  nextRunAt: FEW_CANDIDATES,
  firstQueuedAt: FEW_CANDIDATES,
  countJobs: {
    problems: ['scan of jobs'],
    reason:
      'metrics: done jobs are counted in their index, and retention deletes them; PostgreSQL does it beside the process',
  },
  rescheduleAfterClockChange: {
    problems: ['scan of repos', 'scan of github_write_limits', 'scan of github_writes', 'scan of tag_moves'],
    reason: 'only after a clock was set back; indexes by time would cost each write of a tag',
  },

  listWaitingForImage: FEW_OPEN,
  listLive: { problems: ['sort'], reason: 'sorts what is open, and what was promoted in the last three days' },
  listHeld: { problems: ['sort'], reason: 'the whole history of one environment is the answer' },
  listUnfinishedWriters: ONE_SUBJECT,
  listPromotionsShownOn: ONE_SUBJECT,
  countPromotionsByState: {
    problems: ['scan of promotions'],
    reason: 'metrics: counted in the index of states, without reading a document',
  },

  listReposOfInstallation: { problems: ['sort'], reason: 'sorts the repositories of one installation' },
  listPromotingRepos: { problems: ['scan of repos', 'sort'], reason: 'only `imprimatur doctor` asks' },
  listAuditedRepoIds: {
    problems: ['scan of audit', 'scan of repos'],
    reason: 'only audit commands ask, which read every row of the trail anyway',
  },
  listOpenDrifts: FEW_OPEN,
  countDrifts: FEW_OPEN,
  listDriftsSince: { problems: ['sort'], reason: 'sorts the drifts of one repository' },
  listUnwatchedEnvironments: {
    problems: ['scan of promotions', 'scan of repos', 'sort'],
    reason: 'hourly: environments are found in the index of what they held, without reading a document',
  },
};
