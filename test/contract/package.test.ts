// What `npm pack` makes works for somebody who has no clone: packed, installed in another folder, and run there.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { startRegistryDouble } from '../support/registry/double.ts';
import { buildImage } from '../support/registry/images.ts';

const ROOT = join(import.meta.dirname, '../..');
/** npm, and the command itself, must find this very node. */
const PATH = `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`;

const Package = z.object({
  version: z.string(),
  bin: z.record(z.string(), z.string()),
  files: z.array(z.string()),
  dependencies: z.record(z.string(), z.string()),
  allowScripts: z.record(z.string(), z.boolean()),
  engines: z.object({ node: z.string() }),
});
const Lock = z.object({ packages: z.record(z.string(), z.looseObject({ dev: z.boolean().default(false) })) });
const Packed = z.tuple([z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) })]);

const manifest = Package.parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));

let folder: string;
let files: readonly string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imprimatur-package-'));
  const { filename, files: packed } = await pack(join(folder, 'clone'));
  files = packed.map(({ path }) => path);
  await install(join(folder, 'clone', filename), join(folder, 'elsewhere'));
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** In a copy: `dist` of the clone is its owner's. */
async function pack(copy: string): Promise<z.infer<typeof Packed>[0]> {
  await mkdir(copy);
  const shipped = manifest.files.filter((path) => path !== 'dist');
  const others = ['package.json', 'README.md', 'LICENSE', 'tsconfig.json', 'tsconfig.build.json', 'src'];
  for (const path of [...shipped, ...others]) await cp(join(ROOT, path), join(copy, path), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  const { stdout } = await npm(['pack', '--json', '--silent'], copy);
  return Packed.parse(JSON.parse(stdout))[0];
}

/** With the dependencies of our own lock file, which npm has at hand since it installed the clone. */
async function install(tarball: string, into: string): Promise<void> {
  await mkdir(into);
  const spec = `file:${tarball}`;
  const { packages } = Lock.parse(JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')));
  const theirs = Object.entries(packages).filter(([path, { dev }]) => path !== '' && !dev);
  const { version, dependencies, bin } = manifest;
  const project = { name: 'elsewhere', dependencies: { imprimatur: spec } };
  const lock = {
    name: 'elsewhere',
    lockfileVersion: 3,
    packages: {
      '': project,
      'node_modules/imprimatur': { version, resolved: spec, dependencies, bin },
      ...Object.fromEntries(theirs),
    },
  };
  await writeFile(join(into, 'package.json'), JSON.stringify(project));
  await writeFile(join(into, 'package-lock.json'), JSON.stringify(lock));
  await npm(['ci', '--prefer-offline', '--no-audit', '--no-fund'], into);
}

function npm(words: readonly string[], cwd: string): Promise<{ readonly stdout: string }> {
  return promisify(execFile)('npm', words, { cwd, env: { ...process.env, PATH }, maxBuffer: 16 * 1024 * 1024 });
}

type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** The command that npm linked, in a folder that is nobody's. */
async function imprimatur(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const child = spawn(join(folder, 'elsewhere/node_modules/.bin/imprimatur'), words, {
    cwd: folder,
    env: { PATH, DOCKER_CONFIG: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code]: unknown[] = await once(child, 'close');
  return { code: typeof code === 'number' ? code : null, stdout, stderr };
}

test('it holds JavaScript, the manifest of the App and the documentation, and nothing of development', () => {
  const others = files.filter(
    (path) => !/^(?:dist\/[\w/-]+\.js|docs\/(?:(?:images|examples)\/)?[\w.-]+\.(?:md|json|yml|png))$/.test(path),
  );
  expect(others.toSorted((a, b) => a.localeCompare(b))).toEqual(
    ['.env.example', 'app.yml', 'CHANGELOG.md', 'LICENSE', 'package.json', 'README.md', 'SECURITY.md'].toSorted(
      (a, b) => a.localeCompare(b),
    ),
  );
  expect(files).toContain('dist/cli.js');
  expect(files).toContain('dist/main.js');
});

test('its command runs from another folder', async () => {
  const help = await imprimatur(['--help']);
  expect(help).toMatchObject({ code: 0, stderr: '' });
  expect(help.stdout).toMatch(/^Usage: imprimatur /);
  expect(await imprimatur(['promote'])).toMatchObject({ code: 2, stdout: '' });
});

test('its command reports in a sentence that Node is too old', async () => {
  const old = `data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '20.20.2' })`;
  const { code, stderr } = await imprimatur(['--help'], { NODE_OPTIONS: `--import="${old}"` });
  expect(stderr).toMatch(/^imprimatur needs Node 24 or newer, and this is v.+: put a newer one first in PATH\.\n$/);
  expect(code).toBe(2);
});

test('its command requires the same Node as the package', () => {
  expect(manifest.engines.node).toBe(
    `>=${/const NEEDED = (\d+);/.exec(readFileSync(join(ROOT, 'src/cli.ts'), 'utf8'))?.[1]}`,
  );
});

test('its command reads a registry', async () => {
  const registry = await startRegistryDouble();
  const image = buildImage({ layers: [{ declaredSize: 150_000_000 }] });
  registry.addImage({ repository: 'acme/dotca', tag: 'staging-abc1234', image });
  const { stdout } = await imprimatur(['inspect', `${registry.host}/acme/dotca:staging-abc1234`]);
  expect(stdout).toContain(image.digest);
  expect(stdout).toContain('150 MB');
  await registry.close();
});

test('its server runs, and finds the manifest of the App', async () => {
  const server = spawn(process.execPath, [join(folder, 'elsewhere/node_modules/imprimatur/dist/main.js')], {
    cwd: folder,
    env: {
      PORT: '0',
      LOG_FORMAT: 'json',
      PUBLIC_URL: 'https://imprimatur.acme.example',
      DATABASE_URL: 'sqlite:./x.db',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [text]: unknown[] = await once(createInterface({ input: server.stdout }), 'line');
  const { port } = z.object({ port: z.number() }).parse(JSON.parse(String(text)));
  const page = await fetch(`http://127.0.0.1:${port}/setup`);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('Create the GitHub App');
  server.kill('SIGTERM');
  expect((await once(server, 'close'))[0]).toBe(0);
});

test('install scripts are allowed by name only, for packages that are installed', () => {
  const { packages } = Lock.parse(JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')));
  const names = Object.keys(manifest.allowScripts);
  expect(names.filter((name) => packages[`node_modules/${name}`] === undefined)).toEqual([]);
  expect(packages['node_modules/node']).toMatchObject({ hasInstallScript: true, dev: true });
  expect(names).toContain('node');
});
