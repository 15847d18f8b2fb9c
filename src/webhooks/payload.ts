// What every delivery has: the repository, the installation, the sender. Extra fields are ignored, as GitHub adds some over time.
import { z } from 'zod';
import type { Repo } from '../domain/promotion/promotion.ts';
import { parseRepoName } from '../domain/image/reference.ts';
import type { Sender } from '../engine/core/intent.ts';

export const Account = z
  .object({ id: z.number().int(), login: z.string(), type: z.string() })
  .transform(({ id, login, type }): Sender => ({ id, login, kind: type === 'Bot' ? 'bot' : 'user' }));

const NamedRepo = z.object({
  id: z.number().int(),
  full_name: z.string().transform((name, context) => {
    const parsed = parseRepoName(name);
    if (parsed !== null) return parsed;
    context.addIssue({ code: 'custom', message: 'is not owner/name' });
    return z.NEVER;
  }),
});

/** The repositories that deliveries about an installation list; GitHub leaves out an empty list. */
export const ListedRepos = z
  .array(NamedRepo)
  .nullish()
  .transform((repos) => repos ?? []);

export const RepositoryPart = {
  repository: NamedRepo,
  installation: z.object({ id: z.number().int() }),
} as const;

const Repository = z.object(RepositoryPart);

export function toRepo({ repository, installation }: z.infer<typeof Repository>): Repo {
  return { id: repository.id, name: repository.full_name, installationId: installation.id };
}

export function toRepos(repos: z.infer<typeof ListedRepos>, installationId: number): readonly Repo[] {
  return repos.map(({ id, full_name: name }) => ({ id, name, installationId }));
}
