// What compose.yml and the systemd unit in the documentation start is our server, with variables that it reads.
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readConfig, VARIABLES } from '../../src/config/env.ts';
import { environmentOf, readDockerfile } from './dockerfile.ts';

const Service = z.looseObject({
  build: z.string().optional(),
  image: z.string().optional(),
  profiles: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  env_file: z.array(z.object({ path: z.string(), required: z.boolean() })).default([]),
  environment: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  volumes: z.array(z.string()).default([]),
  mem_limit: z.string().regex(/^\d+m$/),
  pids_limit: z.int().positive(),
  depends_on: z.record(z.string(), z.object({ condition: z.string(), required: z.boolean() })).default({}),
});
const Compose = z.object({
  name: z.string(),
  services: z.record(z.string(), Service),
  volumes: z.record(z.string(), z.null()),
});

function readText(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

const { services, volumes } = Compose.parse(parse(readText('compose.yml')));
const image = readDockerfile().stages.at(-1)?.instructions ?? [];

function service(name: string): z.infer<typeof Service> {
  const found = services[name];
  if (found === undefined) throw new Error(`compose.yml has no service ${name}`);
  return found;
}

/** As compose fills in `${NAME:-default}` from `.env`. */
function filledIn(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { environment } = service('imprimatur');
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      String(value).replaceAll(/\$\{(\w+):-([^}]*)\}/g, (_all, variable: string, fallback: string) => {
        return env[variable] ?? fallback;
      }),
    ]),
  );
}

test('by default it has the server only: the profile adds PostgreSQL, which the server does not depend on', () => {
  const unasked = Object.entries(services).filter(([, { profiles }]) => profiles.length === 0);
  expect(unasked.map(([name]) => name)).toEqual(['imprimatur']);
  expect(service('postgres').profiles).toEqual(['postgres']);
  expect(service('imprimatur').depends_on).toEqual({ postgres: { condition: 'service_healthy', required: false } });
});

test('the server is our Dockerfile, whose volume is kept, on this machine only', () => {
  const { build, volumes: mounts, ports } = service('imprimatur');
  expect(build).toBe('.');
  const volume = image.find(({ word }) => word === 'VOLUME')?.rest ?? '';
  expect(mounts).toEqual([`data:${volume}`]);
  expect(ports).toEqual(['127.0.0.1:3000:3000']);
  const named = Object.values(services).flatMap((one) => one.volumes.map((mount) => mount.split(':')[0]));
  expect(Object.keys(volumes)).toEqual(named);
});

test('it reads .env if there is one, and only variables that the server knows', () => {
  const { env_file: files, environment } = service('imprimatur');
  expect(files).toEqual([{ path: '.env', required: false }]);
  const known: readonly string[] = VARIABLES;
  expect(Object.keys(environment).filter((name) => !known.includes(name))).toEqual([]);
});

test('it names the Compose version that it needs, as the documentation does', () => {
  // `required: false` of `env_file` came with 2.24.
  for (const path of ['compose.yml', 'docs/operations.md']) {
    expect(readText(path), path).toContain('Docker Compose 2.24 or newer');
  }
});

test('its database is in the volume, or the one that .env names', () => {
  const own = environmentOf(image);
  const config = readConfig({ ...own, HOST: '127.0.0.1', ...filledIn({}) }, { isTty: false });
  expect(config).toMatchObject({ host: '0.0.0.0', port: 3000, databaseUrl: own['DATABASE_URL'] });
  const address = 'postgres://imprimatur:secret@postgres/imprimatur';
  expect(readConfig(filledIn({ DATABASE_URL: address }), { isTty: false }).databaseUrl).toBe(address);
});

test('the systemd unit starts our server, with variables that it knows', () => {
  const unit = /```ini\n([\s\S]*?)```/.exec(readText('docs/operations.md'))?.[1] ?? '';
  const values = (key: string): readonly string[] =>
    [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value);
  const [program, ...words] = values('ExecStart')[0]?.split(' ') ?? [];
  const file = words.at(-1) ?? '';
  expect(program).toBe('/usr/bin/node');
  expect(existsSync(new URL(`../../${file}`, import.meta.url))).toBe(true);
  const set = Object.fromEntries(
    values('Environment').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
  const known: readonly string[] = [...VARIABLES, 'NODE_ENV'];
  expect(Object.keys(set).filter((name) => !known.includes(name))).toEqual([]);
  const [state] = values('StateDirectory');
  expect(readConfig(set, { isTty: false }).databaseUrl).toBe(`sqlite:/var/lib/${state}/imprimatur.db`);
});
