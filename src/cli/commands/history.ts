// `history`: what each environment held, newest first, from the database alone.
import { nearestOf } from '../../domain/edit-distance.ts';
import { loadHistories } from '../../engine/publish/load-overview.ts';
import { listWords } from '../../messages/format.ts';
import { OutsideError } from '../../net/outside-error.ts';
import { jsonFlag, limitFlag, quoteTyped, type CliCommand } from '../command.ts';
import { listAuditedRepos, repoArgument } from '../database/audited-repos.ts';
import { formatJson } from '../render/json.ts';
import { renderRepoHistory, repoHistoryJson, type RepoHistory } from '../render/history-text.ts';

const DEFAULT_LIMIT = 20;

export const history: CliCommand = {
  name: 'history',
  summary: 'List what each environment held, newest first. Reads only the database.',
  args: [repoArgument],
  flags: {
    environment: {
      value: '<environment>',
      summary: 'only this environment (default: all)',
      form: 'the name of an environment',
    },
    limit: limitFlag('how many images to show of each environment', DEFAULT_LIMIT),
    json: jsonFlag,
  },
  example: 'imprimatur history acme/dotca --environment production --limit 5',
  run: async ({ args, flags, switches }, services) => {
    const { out, terminal } = services;
    const store = await services.store();
    const limit = Number(flags['limit'] ?? DEFAULT_LIMIT);
    const all: RepoHistory[] = [];
    for (const { id, name } of await listAuditedRepos(store, args[0])) {
      all.push({ id, name, environments: await loadHistories(store.db, { repoId: id, limit }) });
    }
    const repos = flags['environment'] === undefined ? all : onlyEnvironment(all, flags['environment']);
    if (switches.has('json')) {
      await out.write(formatJson({ repos: repos.map(repoHistoryJson) }));
      return 0;
    }
    const sections = repos.map((repo) => renderRepoHistory(repo, terminal));
    await out.write(sections.length === 0 ? 'The database has no promotions yet.\n' : sections.join('\n'));
    return 0;
  },
};

/** The repositories that have it; an OutsideError where none has. */
function onlyEnvironment(repos: readonly RepoHistory[], name: string): readonly RepoHistory[] {
  const having = repos.flatMap((repo) => {
    const environments = repo.environments.filter((one) => one.environment.toLowerCase() === name.toLowerCase());
    return environments.length === 0 ? [] : [{ ...repo, environments }];
  });
  if (having.length > 0) return having;
  const names = [...new Set(repos.flatMap(({ environments }) => environments.map(({ environment }) => environment)))];
  const meant = nearestOf(name, names);
  const others = names.length === 0 ? '' : ` Environments with a history: ${listWords(names.toSorted())}.`;
  const hint = meant === null ? others : ` Did you mean ${meant}?`;
  throw new OutsideError(`nothing was promoted to the environment ${quoteTyped(name)}.${hint}`, {
    code: 'no-such-environment',
    retryable: false,
  });
}
