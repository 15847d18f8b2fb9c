// Writes variables into a .env file. Existing values stay.
import { open, type FileHandle } from 'node:fs/promises';
import { parseEnv } from 'node:util';

export type EnvFileResult =
  { readonly kind: 'written'; readonly path: string } | { readonly kind: 'not-written'; readonly why: string };

/** Only its owner may read a file with keys. */
const MODE = 0o600;

/**
 * All variables, or none where one of them has a value in the file already or the file can't be written. The file is made
 * where there is none, and is readable by its owner only from then on. Values must need no quotes.
 */
export async function addToEnvFile(path: string, variables: Readonly<Record<string, string>>): Promise<EnvFileResult> {
  try {
    const file = await openOrCreate(path);
    try {
      const text = await file.readFile('utf8');
      const taken = findTakenTag(text, Object.keys(variables));
      if (taken.length > 0) return { kind: 'not-written', why: `${path} already sets ${taken.join(', ')}` };
      // Before the first secret is in it. A process that does not own the file fails here.
      await file.chmod(MODE);
      const bytes = Buffer.from(fillIn(text, variables));
      const { bytesWritten } = await file.write(bytes, 0, bytes.length, 0);
      if (bytesWritten < bytes.length) return { kind: 'not-written', why: `${path} can't be written completely` };
      await file.sync();
      return { kind: 'written', path };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return { kind: 'not-written', why: `${path} can't be written (${error.code})` };
  }
}

/** One line `NAME=value` per variable, as every reader of such files takes it: node, a shell, docker and systemd. */
export function formatEnvLines(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** In place, never by a new file: the folder may be somebody else's, and the file may be a link or mounted. */
async function openOrCreate(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if (!isSystemError(error) || error.code !== 'ENOENT') throw error;
    return open(path, 'wx+', MODE);
  }
}

/** An empty variable counts as unset, as everywhere. */
function findTakenTag(text: string, names: readonly string[]): readonly string[] {
  const values = parseEnv(text);
  return names.filter((name) => (values[name] ?? '').trim() !== '');
}

/** The line `NAME=` of a copied .env.example is filled in where it stands; the rest comes at the end. Never gets shorter. */
function fillIn(text: string, variables: Readonly<Record<string, string>>): string {
  const rest: Record<string, string> = { ...variables };
  const lines = text.split('\n').map((line) => {
    const [, left = '', name = ''] = /^((?:export )?([A-Z_]+)=)["']{0,2}\s*$/.exec(line) ?? [];
    const value = rest[name];
    if (value === undefined) return line;
    delete rest[name];
    return `${left}${value}`;
  });
  const filled = lines.join('\n');
  return `${filled}${filled === '' || filled.endsWith('\n') ? '' : '\n'}${formatEnvLines(rest)}`;
}

function isSystemError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error;
}
