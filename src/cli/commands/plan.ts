// `plan`: what a promotion would do if it were requested now. It writes nothing and starts nothing.
import { parseVersion } from '../../domain/command/values.ts';
import type { Tag } from '../../domain/image/reference.ts';
import { previewPromotion } from '../../engine/promote/preview-promotion.ts';
import { jsonFlag, type CliCommand } from '../command.ts';
import { imageArgument, referenceOf, repoNameOf, repoOfImageFlag } from '../image-argument.ts';
import { formatJson } from '../render/json.ts';
import { readOutcomes } from '../image-outcomes.ts';
import { openDatabase } from '../database/open-database.ts';
import { openRepoContext } from '../repo-context.ts';
import { outcomeOf, planJson, renderPlan, type Planned } from '../render/plan-text.ts';

export const plan: CliCommand = {
  name: 'plan',
  summary: 'Show what a promotion would do and who can approve it. Writes nothing.',
  args: [imageArgument],
  flags: {
    to: {
      value: '<environment>',
      summary: 'the target environment (default: production, or the only one)',
      form: 'the name of an environment',
    },
    as: {
      value: 'vX.Y.Z',
      summary: 'as if requested with this version',
      form: 'a version such as v1.2.3',
      isValid: (text) => versionOf(text) !== null,
    },
    force: { value: null, summary: 'as if requested with --force' },
    reason: { value: '<text>', summary: 'as if requested with this reason', form: 'a text' },
    repo: repoOfImageFlag,
    json: jsonFlag,
  },
  example: 'imprimatur plan ghcr.io/acme/dotca:staging-abc1234 --to production',
  run: async ({ args, flags, switches }, services) => {
    const { out, terminal, now, wait, sha256 } = services;
    const settings = services.settings();
    const reference = referenceOf(args[0], settings.registryHost);
    const name = repoNameOf(flags['repo'], reference.repository);
    const registry = await services.registry();
    terminal.progress(`Reading ${reference.repository} …`);
    const place = await openRepoContext(services, name);
    const { database, repoId } = await openDatabase(services, name);
    const preview =
      place.problems.length > 0
        ? ({ kind: 'refused', refusal: { code: 'policy-unreadable', problems: place.problems } } as const)
        : await previewPromotion(
            { registry, settings, identity: null, now, wait, sha256, github: place.github, database },
            {
              repo: place.repo.id === 0 ? { ...place.repo, id: repoId } : place.repo,
              policy: place.policy,
              reference,
              environment: flags['to'] ?? null,
              version: flags['as'] === undefined ? null : versionOf(flags['as']),
              force: switches.has('force'),
              reason: flags['reason'] ?? null,
            },
          );
    const outcomesOf = await readOutcomes(
      { registry, database },
      {
        repoId: place.repo.id === 0 ? repoId : place.repo.id,
        image: reference.repository,
        environments: preview.kind === 'planned' ? [preview.environment] : [],
      },
    );
    terminal.progress(null);
    const environment = flags['to'] ?? null;
    const planned: Planned = { preview, place, reference, environment, database, outcomesOf };
    await out.write(switches.has('json') ? formatJson(planJson(planned)) : renderPlan(planned, terminal));
    return ['approval', 'no-approval', 'incomplete'].includes(outcomeOf(planned)) ? 0 : 1;
  },
};

function versionOf(text: string): Tag | null {
  const read = parseVersion(text);
  return read.kind === 'value' ? read.value : null;
}
