// Reads the environment: a Config, or every problem in it, each with what to do.
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { ImageGrant } from '../domain/image/image-access.ts';
import type { Floors } from '../domain/policy/floors.ts';
import { isPlainPostgres, PLAIN_POSTGRES, readApiUrl, readPublicUrl } from './env-addresses.ts';
import {
  isHost,
  readForbidSelfApproval,
  readGrants,
  readMinApprovals,
  readOwners,
  readTokenHosts,
} from './env-lists.ts';
import { withSecretFiles } from './secret-files.ts';

export type Config = {
  /** Null while `APP_ID` is unset: the server runs in set-up mode, and webhooks answer 503. */
  readonly app: AppConfig | null;
  readonly host: string;
  readonly port: number;
  /** Where browsers and GitHub reach this server, without a slash at its end; null if unset. */
  readonly publicUrl: string | null;
  /** The token that `/metrics` requires; null: it is open, and names no repository. */
  readonly metricsToken: string | null;
  readonly githubApiUrl: string;
  /** Host of GitHub's pages, which `source` labels name: `github.com`, or the host of a GHES or ghe.com instance. */
  readonly githubHost: string;
  readonly githubWriteIntervalMs: number;
  readonly databaseUrl: string;
  readonly ghcr: { readonly username: string; readonly token: string } | null;
  /** Folder with docker's `config.json`. */
  readonly dockerConfigFolder: string;
  readonly registryHost: string;
  readonly registryTokenHosts: readonly string[];
  readonly imageGrants: readonly ImageGrant[];
  /** Lower-case account names, or null for the App's owner. */
  readonly allowedOwners: readonly string[] | null;
  readonly floors: Floors;
  /** Valid but risky settings, a sentence each. */
  readonly warnings: readonly string[];
  readonly log: { readonly level: string; readonly format: 'json' | 'pretty' };
};

export type AppConfig = {
  readonly id: number;
  /** PEM. */
  readonly privateKey: string;
  /** The secret, then the one that is being rotated out, if any. */
  readonly webhookSecrets: readonly [string, ...string[]];
};

/** The environment can't be used; `problems` are sentences, one per variable. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Every variable we read, in the order of `.env.example`; a test compares the two. A secret may come as `NAME_FILE` too. */
export const VARIABLES = [
  'APP_ID',
  'PRIVATE_KEY',
  'PRIVATE_KEY_PATH',
  'WEBHOOK_SECRET',
  'WEBHOOK_SECRET_PREVIOUS',
  'HOST',
  'PORT',
  'PUBLIC_URL',
  'METRICS_TOKEN',
  'GITHUB_API_URL',
  'GITHUB_WRITE_INTERVAL_MS',
  'DATABASE_URL',
  'GHCR_USERNAME',
  'GHCR_TOKEN',
  'DOCKER_CONFIG',
  'REGISTRY_HOST',
  'REGISTRY_TOKEN_HOSTS',
  'IMAGE_GRANTS',
  'ALLOWED_OWNERS',
  'MIN_APPROVALS',
  'FORBID_SELF_APPROVAL',
  'LOG_LEVEL',
  'LOG_FORMAT',
] as const;

const MIN_SECRET_LENGTH = 16;
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** Throws ConfigError with all problems at once. An empty variable counts as unset. */
export function readConfig(given: Environment, options: { readonly isTty: boolean }): Config {
  const problems: string[] = [];
  const env = withSecretFiles(given, problems);
  const value = (name: (typeof VARIABLES)[number]): string | null => {
    const text = env[name]?.trim();
    return text === undefined || text === '' ? null : text;
  };
  const check = <T>(name: string, schema: z.ZodType<T>, text: unknown, hint: string, fallback: T): T => {
    const parsed = schema.safeParse(text);
    if (parsed.success) return parsed.data;
    // The address of the database may hold a password.
    const shown = name === 'DATABASE_URL' ? '' : `${JSON.stringify(String(text).slice(0, 80))} is not valid; `;
    problems.push(`${name}: ${shown}${hint}`);
    return fallback;
  };

  const githubApiUrl = readApiUrl(value('GITHUB_API_URL'), problems);
  const registryHost = (value('REGISTRY_HOST') ?? 'ghcr.io').toLowerCase();
  if (!isHost(registryHost)) {
    problems.push('REGISTRY_HOST: not a registry host; write e.g. ghcr.io or 127.0.0.1:5000');
  }
  const databaseUrl = check(
    'DATABASE_URL',
    DATABASE_URL,
    value('DATABASE_URL') ?? 'sqlite:./data/imprimatur.db',
    'write sqlite:<path> or postgres://user:password@host/database',
    '',
  );
  const config: Config = {
    app: readApp(value, problems),
    host: value('HOST') ?? '127.0.0.1',
    port: check('PORT', PORT, value('PORT') ?? '3000', 'write a number from 0 to 65535', 3000),
    publicUrl: readPublicUrl(value('PUBLIC_URL'), problems),
    metricsToken: readMetricsToken(value('METRICS_TOKEN'), problems),
    githubApiUrl,
    githubHost: pagesHostOf(githubApiUrl),
    githubWriteIntervalMs: check(
      'GITHUB_WRITE_INTERVAL_MS',
      MILLISECONDS,
      value('GITHUB_WRITE_INTERVAL_MS') ?? String(defaultWriteInterval(githubApiUrl)),
      'write milliseconds, such as 1000',
      0,
    ),
    databaseUrl,
    warnings: isPlainPostgres(databaseUrl) ? [PLAIN_POSTGRES] : [],
    ghcr: readGhcr(value, problems),
    dockerConfigFolder: value('DOCKER_CONFIG') ?? join(homedir(), '.docker'),
    registryHost,
    registryTokenHosts: readTokenHosts(value('REGISTRY_TOKEN_HOSTS'), problems),
    imageGrants: readGrants(value('IMAGE_GRANTS'), problems),
    allowedOwners: readOwners(value('ALLOWED_OWNERS'), problems),
    floors: {
      minApprovals: readMinApprovals(value('MIN_APPROVALS'), problems),
      forbidSelfApproval: readForbidSelfApproval(value('FORBID_SELF_APPROVAL'), problems),
    },
    log: {
      level: check(
        'LOG_LEVEL',
        z.enum(LOG_LEVELS),
        value('LOG_LEVEL') ?? 'info',
        `write one of ${LOG_LEVELS.join(', ')}`,
        'info',
      ),
      format: check(
        'LOG_FORMAT',
        z.enum(['json', 'pretty']),
        value('LOG_FORMAT') ?? (options.isTty ? 'pretty' : 'json'),
        'write json or pretty',
        'json',
      ),
    },
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

type ReadValue = (name: (typeof VARIABLES)[number]) => string | null;

const DIGITS = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);
const PORT = DIGITS.pipe(z.number().max(65_535));
const MILLISECONDS = DIGITS;
const DATABASE_URL = z.string().regex(/^(?:sqlite:.+|postgres(?:ql)?:\/\/.+)$/);

function readApp(value: ReadValue, problems: string[]): AppConfig | null {
  const appId = value('APP_ID');
  if (appId === null) return null;
  const id = DIGITS.safeParse(appId).data ?? 0;
  if (id < 1) {
    problems.push(
      `APP_ID: ${JSON.stringify(appId.slice(0, 80))} is not valid; write the number that GitHub shows on the App’s settings page, not the client ID`,
    );
  }
  const privateKey = readPrivateKey(value, problems);
  const secret = value('WEBHOOK_SECRET');
  const previous = value('WEBHOOK_SECRET_PREVIOUS');
  if (secret === null) {
    problems.push(`WEBHOOK_SECRET: missing; set the App's webhook secret, at least ${MIN_SECRET_LENGTH} characters`);
  }
  for (const [name, text] of [
    ['WEBHOOK_SECRET', secret],
    ['WEBHOOK_SECRET_PREVIOUS', previous],
  ] as const) {
    if (text === 'development') {
      problems.push(`${name}: "development" is public knowledge; make a new secret, e.g. with openssl rand -hex 32`);
    } else if (text !== null && text.length < MIN_SECRET_LENGTH) {
      problems.push(`${name}: shorter than ${MIN_SECRET_LENGTH} characters; make one, e.g. with openssl rand -hex 32`);
    }
  }
  return { id, privateKey, webhookSecrets: previous === null ? [secret ?? ''] : [secret ?? '', previous] };
}

function readPrivateKey(value: ReadValue, problems: string[]): string {
  const path = value('PRIVATE_KEY_PATH');
  const inline = value('PRIVATE_KEY');
  if (inline !== null) {
    const unescaped = inline.replaceAll(String.raw`\n`, '\n');
    const key = isPem(unescaped) ? unescaped : Buffer.from(inline, 'base64').toString('utf8');
    if (isPem(key)) return key;
    problems.push(
      'PRIVATE_KEY: not a valid RSA private key; write the PEM (newlines as \\n are fine) or the whole PEM as base64',
    );
    return '';
  }
  if (path === null) {
    problems.push("PRIVATE_KEY or PRIVATE_KEY_PATH: missing; generate the key on the App's settings page");
    return '';
  }
  try {
    const key = readFileSync(path, 'utf8');
    if (isPem(key)) return key;
    problems.push(`PRIVATE_KEY_PATH: ${path} is not a valid RSA private key in PEM`);
  } catch (error) {
    problems.push(
      `PRIVATE_KEY_PATH: ${path} can't be read (${error instanceof Error ? error.message : String(error)})`,
    );
  }
  return '';
}

function isPem(text: string): boolean {
  if (!/^-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text.trim())) return false;
  try {
    return createPrivateKey(text).asymmetricKeyType === 'rsa';
  } catch {
    // The key is cut off, or protected by a password.
    return false;
  }
}

function readGhcr(value: ReadValue, problems: string[]): Config['ghcr'] {
  const username = value('GHCR_USERNAME');
  const token = value('GHCR_TOKEN');
  if (username !== null && token !== null) return { username, token };
  if (username !== null || token !== null) {
    problems.push('GHCR_USERNAME and GHCR_TOKEN: set both, or neither (the machine user and its classic PAT)');
  }
  return null;
}

function readMetricsToken(token: string | null, problems: string[]): string | null {
  if (token !== null && (token.length < MIN_SECRET_LENGTH || /\s/.test(token))) {
    problems.push(
      `METRICS_TOKEN: shorter than ${MIN_SECRET_LENGTH} characters, or contains spaces; make one, e.g. with openssl rand -hex 32`,
    );
  }
  return token;
}

/** github.com and ghe.com limit writes; GitHub Enterprise Server does not by default. */
function defaultWriteInterval(apiUrl: string): number {
  if (!URL.canParse(apiUrl)) return 0;
  const { hostname } = new URL(apiUrl);
  return hostname === 'api.github.com' || hostname === 'ghe.com' || hostname.endsWith('.ghe.com') ? 1000 : 0;
}

/** `api.github.com` → `github.com`, `api.acme.ghe.com` → `acme.ghe.com`, `<host>/api/v3` → `<host>`; else `github.com`. */
function pagesHostOf(apiUrl: string): string {
  if (!URL.canParse(apiUrl)) return 'github.com';
  const { hostname, host, pathname } = new URL(apiUrl);
  if (hostname.startsWith('api.') && hostname.endsWith('.ghe.com')) return hostname.slice('api.'.length);
  return pathname.startsWith('/api/v3') ? host : 'github.com';
}
