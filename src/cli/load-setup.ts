// Loads what `doctor` checks, as far as the environment is valid. A problem in it is a finding and does not stop the others.
import { readAppManifest } from '../config/app-manifest.ts';
import { ConfigError, readConfig, type Config, type Environment } from '../config/env.ts';
import { OutsideError } from '../net/outside-error.ts';
import { openRegistryAccess, type RegistryAccess } from '../engine/core/registry-access.ts';
import type { DoctorSetup } from '../engine/doctor/setup.ts';
import { createTokenQuestion } from '../github/app/registry-token-watch.ts';
import type { GitHubLog } from '../github/client/client.ts';
import type { Clock } from '../net/clock.ts';
import type { CliServices } from './services.ts';

export type SetupParts = Pick<CliServices, 'github' | 'store'> & {
  readonly env: Environment;
  readonly clock: Clock;
  readonly log: GitHubLog;
};

export async function loadSetup(
  parts: SetupParts,
): Promise<{ readonly setup: DoctorSetup; readonly close: () => Promise<void> }> {
  const { env, clock, log } = parts;
  const { now } = clock;
  const { config, problems } = readAsFarAsPossible(env);
  const options = { ...clock, log };
  const own = await openOwn(config, { problems, options });
  const stranger = await openRegistryAccess({ ...config, ghcr: null, dockerConfigFolder: null }, options);
  const { githubApiUrl: apiUrl } = config;
  const token = config.ghcr?.token;
  return {
    setup: {
      problems,
      github: await askFor(parts.github),
      webhookSecrets: config.app?.webhookSecrets ?? [],
      publicUrl: config.publicUrl,
      manifest: readAppManifest(),
      settings: own.settings,
      registry: own.registry,
      stranger: stranger.registry,
      credentials: own.credentials,
      askToken: token === undefined ? null : createTokenQuestion({ apiUrl, token, userAgent: 'imprimatur', log, now }),
      store: parts.store,
      now,
    },
    close: async () => {
      await own.close();
      await stranger.close();
    },
  };
}

/** Without the variables that can't be read. Each problem begins with the name of its variable. */
function readAsFarAsPossible(env: Environment): { readonly config: Config; readonly problems: string[] } {
  try {
    return { config: readConfig(env, { isTty: false }), problems: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { problems } = error;
    const broken = problems.flatMap((problem) => problem.split(':')[0]?.match(/[A-Z][A-Z_]+/g) ?? []);
    // If one of its variables is missing, there is no App. The valid ones are read separately.
    const hasApp = !broken.some((name) => APP_VARIABLES.includes(name));
    const isLeftOut = (name: string): boolean => broken.includes(name) || (name === 'APP_ID' && !hasApp);
    const rest = Object.fromEntries(Object.entries(env).filter(([name]) => !isLeftOut(name)));
    return { config: readConfig(rest, { isTty: false }), problems: [...problems] };
  }
}

const APP_VARIABLES: readonly string[] = [
  'APP_ID',
  'PRIVATE_KEY',
  'PRIVATE_KEY_FILE',
  'PRIVATE_KEY_PATH',
  'WEBHOOK_SECRET',
  'WEBHOOK_SECRET_FILE',
  'WEBHOOK_SECRET_PREVIOUS',
  'WEBHOOK_SECRET_PREVIOUS_FILE',
];

/** Without docker's credentials where they can't be read. */
async function openOwn(
  config: Config,
  { problems, options }: { readonly problems: string[]; readonly options: Parameters<typeof openRegistryAccess>[1] },
): Promise<RegistryAccess> {
  try {
    return await openRegistryAccess(config, options);
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    problems.push(`DOCKER_CONFIG: ${error.message}`);
    return openRegistryAccess({ ...config, dockerConfigFolder: null }, options);
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
