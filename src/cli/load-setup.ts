// Brings together what `doctor` examines, as far as the environment can be read: what is wrong in it is a finding, not an end.
import { readAppManifest } from '../config/app-manifest.ts';
import { ConfigError, readConfig, type Config, type Environment } from '../config/env.ts';
import { OutsideError } from '../net/outside-error.ts';
import type { DoctorSetup } from '../engine/doctor/setup.ts';
import { createTokenQuestion } from '../github/app/registry-token-watch.ts';
import { createRegistryClient, type RegistryClientOptions } from '../registry/client.ts';
import { createCredentialSource, loadDockerConfig, type Credential } from '../registry/auth/credentials.ts';
import type { CliServices } from './services.ts';

export type SetupParts = Pick<CliServices, 'github' | 'store' | 'now'> & {
  readonly env: Environment;
  readonly registry: Omit<RegistryClientOptions, 'credentials' | 'tokenHosts'>;
};

export async function loadSetup(
  parts: SetupParts,
): Promise<{ readonly setup: DoctorSetup; readonly close: () => Promise<void> }> {
  const { env, now } = parts;
  const { config, problems } = readAsFarAsPossible(env);
  const docker = await readDocker(config, problems);
  const { ghcr: machineUser, githubApiUrl: apiUrl, registryTokenHosts: tokenHosts } = config;
  const ghcr = machineUser === null ? null : { username: machineUser.username, password: machineUser.token };
  const credentials = createCredentialSource({ ghcr, docker });
  const registry = createRegistryClient({ ...parts.registry, tokenHosts, credentials });
  const stranger = createRegistryClient({ ...parts.registry, tokenHosts, credentials: () => null });
  const log = { debug: () => undefined, warn: () => undefined };
  const token = machineUser?.token;
  const { registryHost, imageGrants, allowedOwners, githubHost, githubWriteIntervalMs } = config;
  return {
    setup: {
      problems,
      github: await askFor(parts.github),
      webhookSecrets: config.app?.webhookSecrets ?? [],
      publicUrl: config.publicUrl,
      manifest: readAppManifest(),
      settings: { registryHost, imageGrants, allowedOwners, githubHost, githubWriteIntervalMs },
      registry,
      stranger,
      credentials,
      askToken: token === undefined ? null : createTokenQuestion({ apiUrl, token, userAgent: 'imprimatur', log, now }),
      store: parts.store,
      now,
    },
    close: async () => {
      await registry.close();
      await stranger.close();
    },
  };
}

/** Without the variables that can't be read, which the problems name at their beginning. */
function readAsFarAsPossible(env: Environment): { readonly config: Config; readonly problems: string[] } {
  try {
    return { config: readConfig(env, { isTty: false }), problems: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { problems } = error;
    const broken = problems.flatMap((problem) => problem.split(':')[0]?.match(/[A-Z][A-Z_]+/g) ?? []);
    // Without one of its variables there is no App; what is right about it is read apart from here.
    const hasApp = !broken.some((name) => APP_VARIABLES.includes(name));
    const isLeftOut = (name: string): boolean => broken.includes(name) || (name === 'APP_ID' && !hasApp);
    const rest = Object.fromEntries(Object.entries(env).filter(([name]) => !isLeftOut(name)));
    return { config: readConfig(rest, { isTty: false }), problems: [...problems] };
  }
}

const APP_VARIABLES: readonly string[] = [
  'APP_ID',
  'PRIVATE_KEY',
  'PRIVATE_KEY_PATH',
  'WEBHOOK_SECRET',
  'WEBHOOK_SECRET_PREVIOUS',
];

async function readDocker(
  { dockerConfigFolder }: Config,
  problems: string[],
): Promise<ReadonlyMap<string, Credential>> {
  try {
    return await loadDockerConfig(dockerConfigFolder);
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    problems.push(`DOCKER_CONFIG: ${error.message}`);
    return new Map();
  }
}

async function askFor(github: CliServices['github']): Promise<DoctorSetup['github']> {
  try {
    return await github();
  } catch (error) {
    if (error instanceof ConfigError) return { kind: 'none', why: error.problems.join('; ') };
    throw error;
  }
}
