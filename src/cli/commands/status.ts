// `status`: what each environment holds, and what waits or runs and for whom, from the database alone.
import { createJobRows } from '../../engine/core/job-description.ts';
import { loadOverview } from '../../engine/publish/load-overview.ts';
import { NO_REGISTRY_TOKEN_WATCH } from '../../github/app/registry-token-watch.ts';
import { countJobs } from '../../store/queue/job-upkeep.ts';
import { findLeftAt } from '../../store/repos.ts';
import { jsonFlag, type CliCommand } from '../command.ts';
import { listAuditedRepos, repoArgument } from '../database/audited-repos.ts';
import { formatJson } from '../render/json.ts';
import { renderJobCounts, renderRepoStatus, repoStatusJson, type RepoStatus } from '../render/status-text.ts';

export const status: CliCommand = {
  name: 'status',
  summary: 'Show what each environment holds, and what waits for whom. Reads only the database.',
  args: [repoArgument],
  flags: { json: jsonFlag },
  example: 'imprimatur status acme/dotca',
  run: async ({ args, switches }, services) => {
    const { out, terminal, now, sha256 } = services;
    const settings = services.settings();
    const store = await services.store();
    // Loaded here: the table of all jobs is most of the server, and other commands need nothing of it.
    const { JOB_KINDS } = await import('../../engine/queue/job-kinds.ts');
    const sources = {
      store,
      settings,
      sha256,
      jobs: createJobRows(JOB_KINDS),
      registryTokenWatch: NO_REGISTRY_TOKEN_WATCH,
    };
    const repos: RepoStatus[] = [];
    for (const { id, name } of await listAuditedRepos(store, args[0])) {
      const leftAt = await findLeftAt(store.db, id);
      repos.push({ id, name, leftAt, ...(await loadOverview(sources, id)) });
    }
    const jobs = await countJobs(store.db, now());
    if (switches.has('json')) {
      await out.write(formatJson({ jobs, repos: repos.map(repoStatusJson) }));
      return 0;
    }
    const sections = repos.map((repo) => renderRepoStatus(repo, { terminal, now: now() }));
    if (repos.length === 0) sections.push('The database has no promotions yet.\n');
    await out.write([...sections, renderJobCounts(jobs)].join('\n'));
    return 0;
  },
};
