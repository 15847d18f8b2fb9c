// Reads secrets from files: `NAME_FILE` holds the path of what `NAME` would be, as container platforms mount secrets.
import { readFileSync } from 'node:fs';

/** Variables whose value is a secret, or contains one. */
export const SECRETS = [
  'PRIVATE_KEY',
  'WEBHOOK_SECRET',
  'WEBHOOK_SECRET_PREVIOUS',
  'METRICS_TOKEN',
  'DATABASE_URL',
  'GHCR_TOKEN',
] as const;

type Environment = Readonly<Record<string, string | undefined>>;

export function isSecret(name: string): boolean {
  return SECRETS.some((secret) => secret === name);
}

/** The environment with the contents of the files. `problems` reports unreadable files and duplicates. */
export function withSecretFiles(env: Environment, problems: string[]): Environment {
  const read = SECRETS.flatMap((name) => {
    const path = env[`${name}_FILE`]?.trim() ?? '';
    if (path === '') return [];
    if ((env[name] ?? '').trim() !== '') {
      problems.push(`${name} and ${name}_FILE: both are set; set one of them`);
      return [];
    }
    const text = readSecret(path, `${name}_FILE`, problems);
    return text === null ? [] : [[name, text] as const];
  });
  return { ...env, ...Object.fromEntries(read) };
}

/** Without the line end that editors and shells put after it. */
function readSecret(path: string, variable: string, problems: string[]): string | null {
  try {
    const text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    if (text.trim() !== '') return text;
    problems.push(`${variable}: ${path} is empty`);
  } catch (error) {
    problems.push(`${variable}: ${path} can't be read (${error instanceof Error ? error.message : String(error)})`);
  }
  return null;
}
