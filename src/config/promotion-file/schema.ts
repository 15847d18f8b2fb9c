// The shape of `.github/promotion.yml`, key by key: what is allowed. `defaultsTo` is for editors; to-policy.ts decides.
import { z } from 'zod';
import { encodeAllowed, type AllowedForm } from '../../domain/policy/policy-problem.ts';
import type { FilePath } from './problem.ts';
import {
  branch,
  environmentName,
  flag,
  floatingTag,
  gitHubEnvironment,
  image,
  interval,
  keepAs,
  label,
  level,
  appSlug,
  login,
  reporter,
  oneOf,
  pathPattern,
  platform,
  role,
  size,
  tagPrefix,
  wholeNumber,
} from './values.ts';

export const MAX_APPROVALS = 10;

const ENVIRONMENTS_ALLOWED = encodeAllowed({ form: 'environments' });

const required = wholeNumber({ from: 0, to: MAX_APPROVALS });

const reporters = list(reporter, { of: 'reporters', from: 0, to: 50 });

const Staging = section({
  branch: branch.meta({ description: 'The branch whose images are promoted.', defaultsTo: 'staging' }).optional(),
  tag_prefix: tagPrefix
    .meta({ description: 'Its images are tagged `<tag_prefix>-<commit>`.', defaultsTo: 'staging' })
    .optional(),
  deployed: oneOf(['off', 'warn', 'required'])
    .meta({
      description:
        'Whether the latest deployment of the commit to environment `staging` must have succeeded. `warn` warns only where there are such deployments.',
      defaultsTo: 'warn',
    })
    .optional(),
  reporters: reporters
    .meta({
      description: 'Accounts, as `login#id`, whose statuses of staging deployments count as well.',
      defaultsTo: [],
    })
    .optional(),
});

const Hotfix = section({
  branch: branch.meta({ description: 'The branch whose images are hotfixes.', defaultsTo: 'main' }).optional(),
  tag_prefix: tagPrefix
    .meta({ description: 'Its images are tagged `<tag_prefix>-<commit>`.', defaultsTo: 'hotfix' })
    .optional(),
});

const Approvals = section({
  required: required.meta({ description: 'How many people must approve; 0: no approval.', defaultsTo: 1 }).optional(),
  role: role
    .meta({
      description:
        'People with this role or a higher one may review. Default: `write`; with `users`, only those users.',
    })
    .optional(),
  users: list(login, { of: 'logins', from: 0, to: 100 })
    .meta({
      description:
        'Logins of collaborators or members who may review, whatever their role. A login stands for the account that had it when it was first used; `login#id` names another one.',
      defaultsTo: [],
    })
    .optional(),
  self_approval: flag.meta({ description: 'Whether the requester may approve.', defaultsTo: false }).optional(),
  apps: list(appSlug, { of: 'apps', from: 0, to: 20 })
    .meta({ description: 'Apps through which people may approve, force and roll back.', defaultsTo: [] })
    .optional(),
  contributors: oneOf(['allow', 'warn', 'refuse'])
    .meta({
      description:
        'Whether people who wrote commits of what is promoted may approve it. Default: warn; refuse under `preset: strict`.',
    })
    .optional(),
});

const Environment = section({
  branch: branch.meta({ description: 'The branch that this environment stands for.', defaultsTo: 'main' }).optional(),
  tags: list(floatingTag, { of: 'tags', from: 1, to: 20 })
    .meta({
      description:
        'Floating tags, written last, in this order. Default: `[main, latest]` for `production`, else `[<name of the environment>]`.',
    })
    .optional(),
  keep_as: keepAs
    .meta({
      description:
        'The tag that keeps each promoted image, with `{source}` for its staging tag, or `off`. Default: `main-{source}` for `production`, else `off`.',
    })
    .optional(),
  rollback_tags: flag
    .meta({
      description:
        'Whether the previous image is kept as `rollback-<time>-<reason>`. Default: true for `production`, else false.',
    })
    .optional(),
  approvals: Approvals.meta({ description: 'Whose approval a promotion needs.' }).optional(),
  order: level
    .meta({
      description:
        'The result of an image whose commit is older than that of the image there. Default: `fail` for `production`, else `off`.',
    })
    .optional(),
  deployment: section({
    create: flag.meta({ description: 'Whether a GitHub Deployment is made.', defaultsTo: true }).optional(),
    environment: gitHubEnvironment
      .meta({ description: 'The environment on GitHub. Default: the same name.' })
      .optional(),
    reporters: reporters
      .meta({
        description:
          'Accounts, as `login#id`, whose deployment statuses count besides those of GitHub Actions and of the deployment’s creator.',
        defaultsTo: [],
      })
      .optional(),
  })
    .meta({ description: 'The GitHub Deployment that follows a promotion.' })
    .optional(),
  drift: section({ interval: interval.meta({ description: 'Default: that of all environments.' }).optional() })
    .meta({ description: 'Checks whether the tags still hold what was promoted.' })
    .optional(),
});

const Validation = section({
  size: section({
    level: level.meta({ description: 'The result of exceeding the maximum.', defaultsTo: 'fail' }).optional(),
    min: size.meta({ description: 'Smaller images only warn.', defaultsTo: '100MB' }).optional(),
    max: size.meta({ description: 'Compressed, per platform.', defaultsTo: '2GB' }).optional(),
  })
    .meta({ description: 'The size of each platform: config and compressed layers.' })
    .optional(),
  layers: section({
    level: level.meta({ description: 'The result of exceeding the maximum.', defaultsTo: 'fail' }).optional(),
    max: wholeNumber({ from: 1, to: 1000 }).meta({ description: 'Layers per platform.', defaultsTo: 100 }).optional(),
  })
    .meta({ description: 'The number of layers, and a history that agrees.' })
    .optional(),
  command: level.meta({ description: 'Entrypoint or Cmd is set.', defaultsTo: 'fail' }).optional(),
  labels: section({
    level: level
      .meta({
        description: 'The result of a missing label. A label with a wrong value always fails.',
        defaultsTo: 'fail',
      })
      .optional(),
    required: list(label, { of: 'labels', from: 0, to: 50 })
      .meta({
        description: 'Labels that an image must have.',
        defaultsTo: ['org.opencontainers.image.source', 'org.opencontainers.image.revision'],
      })
      .optional(),
  })
    .meta({ description: 'Labels of the image.' })
    .optional(),
  healthcheck: level
    .meta({ description: 'A HEALTHCHECK is set; `NONE` does not count.', defaultsTo: 'warn' })
    .optional(),
  rejected_before: level.meta({ description: 'A person rejected the image before.', defaultsTo: 'warn' }).optional(),
  tag_overwritten: level
    .meta({
      description: 'The tag of the commit held another image when the staging check examined it.',
      defaultsTo: 'warn',
    })
    .optional(),
  platforms: section({
    level: level.meta({ description: 'The result of a missing platform.', defaultsTo: 'fail' }).optional(),
    required: list(platform, { of: 'platforms', from: 0, to: 20 })
      .meta({ description: 'Platforms that an image must have, whatever the environment holds.', defaultsTo: [] })
      .optional(),
  })
    .meta({ description: 'The platforms of the image that the environment holds, and the required ones.' })
    .optional(),
  content: section({
    match: oneOf(['identical', 'subset', 'off'])
      .meta({
        description:
          'What the image must have in common with the branch of the environment: `identical` the files, `subset` the commits.',
        defaultsTo: 'off',
      })
      .optional(),
    ignore: list(pathPattern, { of: 'patterns', from: 0, to: 50 })
      .meta({ description: 'Files that may differ, as patterns such as `docs/**`.', defaultsTo: [] })
      .optional(),
  })
    .meta({ description: 'Whether the image has the code of the environment’s branch.' })
    .optional(),
});

export const PromotionFile = section({
  preset: oneOf(['strict'])
    .meta({ description: '`strict` makes every check binding; explicit keys override it.' })
    .optional(),
  images: list(image, { of: 'image', from: 1, to: 1 })
    .meta({ description: 'The image that is promoted. Default: `ghcr.io/<owner>/<repo>`.' })
    .optional(),
  staging: Staging.meta({ description: 'Where images come from.' }).optional(),
  hotfix: Hotfix.meta({ description: 'A second source, with `force` only.' }).optional(),
  environments: z
    .record(environmentName, Environment, { error: ENVIRONMENTS_ALLOWED })
    .refine((written) => Object.keys(written).length > 0, { error: ENVIRONMENTS_ALLOWED })
    .meta({
      description: 'Where images go, by name. Once written, it replaces the built-in `production`.',
      minProperties: 1,
    })
    .optional(),
  validation: Validation.meta({ description: 'The requirements for images.' }).optional(),
  rollback: section({
    role: role.meta({ description: 'Who may request a rollback.', defaultsTo: 'write' }).optional(),
    approvals: section({
      required: required.meta({ description: 'How many people must approve.', defaultsTo: 0 }).optional(),
    })
      .meta({ description: 'The approvals of a rollback, whose target was approved before.' })
      .optional(),
  })
    .meta({ description: 'Rollback to an image that an environment held.' })
    .optional(),
  force: section({
    role: role.meta({ description: 'Who may force a promotion.', defaultsTo: 'maintain' }).optional(),
  })
    .meta({ description: 'Promotion although checks failed.' })
    .optional(),
  drift: section({
    interval: interval.meta({ description: 'How often; `off`: never.', defaultsTo: '5m' }).optional(),
  })
    .meta({ description: 'Checks whether the tags of environments still hold what was promoted.' })
    .optional(),
});

export type PromotionFile = z.output<typeof PromotionFile>;
export type EnvironmentFile = z.output<typeof Environment>;

/** The allowed keys of the map at a path of the file. */
export function keysAt(path: FilePath): readonly string[] {
  const schema = path.reduce<unknown>((around, step) => {
    const inner = unwrap(around);
    if (inner instanceof z.ZodRecord) return inner.valueType;
    return inner instanceof z.ZodObject ? inner.shape[step] : undefined;
  }, PromotionFile);
  const map = unwrap(schema);
  return map instanceof z.ZodObject ? Object.keys(map.shape) : [];
}

function unwrap(schema: unknown): unknown {
  return schema instanceof z.ZodOptional ? unwrap(schema.unwrap()) : schema;
}

function section<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, { error: encodeAllowed({ form: 'map', keys: Object.keys(shape) }) });
}

function list<Item extends z.ZodType>(
  item: Item,
  { of, from, to }: Omit<Extract<AllowedForm, { form: 'list' }>, 'form'>,
): z.ZodArray<Item> {
  const error = encodeAllowed({ form: 'list', of, from, to });
  return z.array(item, { error }).min(from, { error }).max(to, { error });
}
