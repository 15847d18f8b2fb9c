// Decides which user and password a registry host receives: the GHCR pair for ghcr.io, docker's config.json for the others.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { OutsideError } from '../../net/outside-error.ts';

export type Credential = { readonly username: string; readonly password: string };

/** The credential for a registry host (`ghcr.io`, `127.0.0.1:5000`), or null to go there anonymously. */
export type CredentialSource = (host: string) => Credential | null;

/** `ghcr` is for ghcr.io only; `docker` is for every other host. */
export function createCredentialSource(sources: {
  readonly ghcr: Credential | null;
  readonly docker: ReadonlyMap<string, Credential>;
}): CredentialSource {
  return (host) => (host === 'ghcr.io' ? sources.ghcr : (sources.docker.get(host) ?? null));
}

/** Credentials by host from `<folder>/config.json`; an absent file holds none. OutsideError `docker-config-invalid`. */
export async function loadDockerConfig(folder: string): Promise<ReadonlyMap<string, Credential>> {
  const path = join(folder, 'config.json');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Map();
    throw invalid(`${path} can't be read`, error);
  }
  return parseDockerConfig(text, path);
}

/** The `auths` of a docker config.json; entries without a password (credential helpers) are left out. */
export function parseDockerConfig(text: string, path: string): ReadonlyMap<string, Credential> {
  const parsed = DockerConfig.safeParse(parseJson(text));
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.join('.') ?? '';
    throw invalid(`${path} is not a docker config.json${where === '' ? '' : ` (at ${where})`}`);
  }
  const credentials = new Map<string, Credential>();
  for (const [key, entry] of Object.entries(parsed.data.auths ?? {})) {
    const credential = readEntry(entry);
    if (credential !== null) credentials.set(hostOfKey(key), credential);
  }
  return credentials;
}

const Auth = z.object({
  auth: z.string().nullish(),
  username: z.string().nullish(),
  password: z.string().nullish(),
});
const DockerConfig = z.object({ auths: z.record(z.string(), Auth).nullish() });

function readEntry(entry: z.infer<typeof Auth>): Credential | null {
  const [username, password] =
    typeof entry.auth === 'string' && entry.auth !== ''
      ? splitPair(Buffer.from(entry.auth, 'base64').toString('utf8'))
      : [entry.username ?? '', entry.password ?? ''];
  return username === '' || password === '' ? null : { username, password };
}

function splitPair(pair: string): readonly [string, string] {
  const colon = pair.indexOf(':');
  return colon === -1 ? ['', ''] : [pair.slice(0, colon), pair.slice(colon + 1).replace(/\0+$/, '')];
}

// Old docker clients wrote `https://host/v1/`, new ones write `host`.
function hostOfKey(key: string): string {
  const host = key.replace(/^https?:\/\//, '').split('/')[0] ?? key;
  return host.toLowerCase();
}

// JSON.parse quotes the invalid text, which may be a password here: its error is dropped on purpose.
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function invalid(message: string, cause?: unknown): OutsideError {
  return new OutsideError(message, { code: 'docker-config-invalid', retryable: false, cause });
}
