// `plan`: what would become of a promotion that somebody asks for now. Nothing is written, and nothing can be started.
import { parseVersion } from '../../domain/command/values.ts';
import { OutsideError } from '../../net/outside-error.ts';
import type { RepoName, Tag } from '../../domain/image/reference.ts';
import { previewPromotion } from '../../engine/promote/preview-promotion.ts';
import type { Store } from '../../store/database/database.ts';
import { listAuditedRepos } from '../audited-repos.ts';
import { jsonFlag, type CliCommand } from '../command.ts';
import { imageArgument, referenceOf, repoNameOf, repoOfImageFlag } from '../image-argument.ts';
import { formatJson } from '../render/json.ts';
import { openRepoContext } from '../repo-context.ts';
import { outcomeOf, planJson, renderPlan, type Planned } from '../render/plan-text.ts';
import type { CliServices } from '../services.ts';

export const plan: CliCommand = {
  name: 'plan',
  summary: 'Show what a promotion would do, and who would be asked. Writes nothing.',
  args: [imageArgument],
  flags: {
    to: { value: '<environment>', summary: 'where to (default: production, or the only environment)' },
    as: { value: 'vX.Y.Z', summary: 'with a version', isValid: (text) => versionOf(text) !== null },
    force: { value: null, summary: 'with force' },
    reason: { value: '<text>', summary: 'with a reason' },
    repo: repoOfImageFlag,
    json: jsonFlag,
  },
  example: 'imprimatur plan ghcr.io/acme/dotca:staging-abc1234 --to production',
  run: async ({ args, flags, switches }, services) => {
    const { out, terminal, now, sha256 } = services;
    const settings = services.settings();
    const reference = referenceOf(args[0], settings.registryHost);
    const name = repoNameOf(flags['repo'], reference.repository);
    const registry = await services.registry();
    terminal.progress(`Reading ${reference.repository} …`);
    const place = await openRepoContext(services, name);
    const database = await openDatabase(services, name);
    const preview =
      place.problems.length > 0
        ? ({ kind: 'refused', refusal: { code: 'policy-unreadable', problems: place.problems } } as const)
        : await previewPromotion(
            { registry, settings, identity: null, now, sha256, github: place.github, store: database.store },
            {
              repo: place.repo.id === 0 ? { ...place.repo, id: database.repoId } : place.repo,
              policy: place.policy,
              reference,
              environment: flags['to'] ?? null,
              version: flags['as'] === undefined ? null : versionOf(flags['as']),
              force: switches.has('force'),
              reason: flags['reason'] ?? null,
            },
          );
    terminal.progress(null);
    const planned: Planned = { preview, place, reference, environment: flags['to'] ?? null, database: database.why };
    await out.write(switches.has('json') ? formatJson(planJson(planned)) : renderPlan(planned, terminal));
    return ['approval', 'no-approval', 'incomplete'].includes(outcomeOf(planned)) ? 0 : 1;
  },
};

function versionOf(text: string): Tag | null {
  const read = parseVersion(text);
  return read.kind === 'value' ? read.value : null;
}

type Database = {
  readonly store: Store | null;
  /** 0 where the database does not know the repository. */
  readonly repoId: number;
  /** Why it was not read; null where it was. */
  readonly why: string | null;
};

/** A plan is of use without one: whoever looks from elsewhere than the server has none. */
async function openDatabase(services: CliServices, name: RepoName): Promise<Database> {
  try {
    const store = await services.store();
    const repos = await listAuditedRepos(store, undefined);
    const known = repos.find((repo) => repo.name.toLowerCase() === name.toLowerCase());
    return { store, repoId: known?.id ?? 0, why: null };
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    return { store: null, repoId: 0, why: error.message };
  }
}
