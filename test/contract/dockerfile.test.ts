// What the container image promises: no root, a health check, a volume for the database, nothing of development.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { readConfig } from '../../src/config/env.ts';
import { environmentOf, readDockerfile, type Instruction } from './dockerfile.ts';

function readText(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

const { before, stages } = readDockerfile();
const instructions: readonly Instruction[] = [...before, ...stages.flatMap((stage) => stage.instructions)];
const image = stages.at(-1)?.instructions ?? [];

const { scripts } = z
  .looseObject({ scripts: z.looseObject({ start: z.string() }) })
  .parse(JSON.parse(readText('package.json')));
/** What `npm start` tells Node itself, besides where the variables are. */
const FLAGS = scripts.start.split(' ').filter((word) => word.startsWith('--') && !word.startsWith('--import'));

function only(word: string): string {
  const found = image.filter((instruction) => instruction.word === word);
  expect(found, word).toHaveLength(1);
  return found[0]?.rest ?? '';
}

test('its base can be replaced, in both stages', () => {
  expect(before).toEqual([{ word: 'ARG', rest: 'BASE=node:24-slim' }]);
  expect(stages.map(({ name, base }) => [name, base])).toEqual([
    ['dependencies', '${BASE}'],
    ['image', '${BASE}'],
  ]);
});

test('it runs as a user other than root, who owns the volume', () => {
  const [uid] = only('USER').split(':');
  expect(uid).toMatch(/^[1-9]\d*$/);
  expect(only('VOLUME')).toBe('/data');
  const ownership = image.findIndex(({ word, rest }) => word === 'RUN' && rest.includes(`chown ${only('USER')} /data`));
  expect(ownership).toBeGreaterThan(-1);
  // What is done to a volume's folder after VOLUME is lost.
  expect(ownership).toBeLessThan(image.findIndex(({ word }) => word === 'VOLUME'));
});

test('it listens to the outside and keeps its database in the volume', () => {
  const config = readConfig(environmentOf(image), { isTty: false });
  expect(config).toMatchObject({ host: '0.0.0.0', port: 3000, databaseUrl: 'sqlite:/data/imprimatur.db' });
  expect(only('EXPOSE')).toBe(String(config.port));
});

test('its health check requests the liveness page', () => {
  expect(only('HEALTHCHECK')).toContain('/healthz');
});

test('it holds no development dependencies, and runs TypeScript directly', () => {
  const installs = instructions.filter(({ rest }) => rest.includes('npm ci'));
  expect(installs).toHaveLength(1);
  expect(installs[0]?.rest).toContain('--omit=dev');
  expect(JSON.parse(only('CMD'))).toEqual(['node', ...FLAGS, 'src/main.ts']);
});

test('npm start and the systemd unit give Node the same flags', () => {
  expect(FLAGS.length).toBeGreaterThan(0);
  expect(readText('docs/operations.md')).toContain(`ExecStart=/usr/bin/node ${FLAGS.join(' ')} src/main.ts`);
});

test('the build context has only what the image copies', () => {
  const allowed = readText('.dockerignore')
    .split('\n')
    .filter((line) => line !== '');
  expect(allowed[0]).toBe('*');
  const copied = instructions
    .filter(({ word, rest }) => word === 'COPY' && !rest.startsWith('--from'))
    .flatMap(({ rest }) => rest.split(' ').slice(0, -1));
  expect([...new Set(copied)].toSorted()).toEqual(
    allowed
      .slice(1)
      .map((line) => line.slice(1))
      .toSorted(),
  );
});
