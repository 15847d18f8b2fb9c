// Reads the fields of the image config (image-spec, "config") that rules need; extra fields and nulls are tolerated.
import { z } from 'zod';
import { OutsideError } from '../net/outside-error.ts';
import { parseJsonBytes } from './json.ts';

export type ImageConfig = {
  readonly os: string | null;
  readonly architecture: string | null;
  readonly variant: string | null;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Docker's `Healthcheck.Test` (not in the OCI spec, but kept by BuildKit); `['NONE']` means switched off. */
  readonly healthcheckTest: readonly string[] | null;
  /** As written, RFC 3339 by the spec. */
  readonly created: string | null;
  readonly user: string | null;
  /** `NAME=value` each. */
  readonly env: readonly string[];
  readonly workingDir: string | null;
  /** Such as `8080/tcp`. */
  readonly exposedPorts: readonly string[];
  readonly history: readonly { readonly emptyLayer: boolean }[];
  readonly diffIds: readonly string[];
};

/** The config of one platform. OutsideError `image-config-invalid`. */
export function parseImageConfig(bytes: Uint8Array): ImageConfig {
  const parsed = ConfigSchema.safeParse(parseJsonBytes(bytes));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  // The name of a label may be as long as the config.
  const place = (issue?.path.join('.') ?? '').slice(0, 100);
  throw new OutsideError(`The image config is not valid: ${place} ${issue?.message ?? ''}`, {
    code: 'image-config-invalid',
    retryable: false,
  });
}

const text = z.string().nullish();
const words = z.union([z.array(z.string()), z.string().transform((word) => [word])]).nullish();

const ConfigSchema = z
  .object({
    os: text,
    architecture: text,
    variant: text,
    created: text,
    config: z
      .object({
        Entrypoint: words,
        Cmd: words,
        Labels: z.record(z.string(), z.string().nullable()).nullish(),
        Healthcheck: z.object({ Test: words }).nullish(),
        User: text,
        Env: z.array(z.string()).nullish(),
        WorkingDir: text,
        ExposedPorts: z.record(z.string(), z.unknown()).nullish(),
      })
      .nullish(),
    history: z.array(z.object({ empty_layer: z.boolean().nullish() })).nullish(),
    rootfs: z.object({ diff_ids: z.array(z.string()).nullish() }).nullish(),
  })
  .transform(({ config, ...top }): ImageConfig => ({
    os: top.os ?? null,
    architecture: top.architecture ?? null,
    variant: top.variant ?? null,
    entrypoint: config?.Entrypoint ?? [],
    cmd: config?.Cmd ?? [],
    labels: Object.fromEntries(Object.entries(config?.Labels ?? {}).map(([name, value]) => [name, value ?? ''])),
    healthcheckTest: config?.Healthcheck?.Test ?? null,
    created: top.created ?? null,
    user: config?.User ?? null,
    env: config?.Env ?? [],
    workingDir: config?.WorkingDir ?? null,
    exposedPorts: Object.keys(config?.ExposedPorts ?? {}),
    history: (top.history ?? []).map((entry) => ({ emptyLayer: entry.empty_layer ?? false })),
    diffIds: top.rootfs?.diff_ids ?? [],
  }));
