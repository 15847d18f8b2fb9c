// Reads app.yml, which is part of the program: the name, permissions and events of the GitHub App.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const Manifest = z.strictObject({
  name: z.string(),
  description: z.string(),
  url: z.string(),
  public: z.boolean(),
  hook_attributes: z.strictObject({ url: z.string(), active: z.boolean() }),
  default_permissions: z.record(z.string(), z.enum(['read', 'write'])),
  default_events: z.array(z.string()),
});

/** In GitHub's own words, because it goes to GitHub as it is. */
export type AppManifest = Readonly<z.output<typeof Manifest>>;

/** Throws if the file is missing or was changed. */
export function readAppManifest(): AppManifest {
  return Manifest.parse(parse(readFileSync(new URL('../../app.yml', import.meta.url), 'utf8')));
}
