// The server: reads the environment, constructs and starts everything, and drains on SIGTERM.
import { ConfigError, readConfig, type Config } from './config/env.ts';
import { createApplication, type Application } from './app/compose.ts';
import { createLogger } from './app/logger.ts';

/** Container runtimes wait ten seconds before they kill. */
const GRACE_MS = 8000;

const config = readConfigOrExit();
const log = createLogger(config);
for (const warning of config.warnings) log.warn(warning);
try {
  const application = await createApplication(config, log);
  await listen(application, config);
  warnWithoutRegistryUser(config);
  application.start();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void drain(application, signal));
} catch (error) {
  log.fatal({ err: error }, 'the server could not start');
  process.exitCode = 1;
}

function readConfigOrExit(): Config {
  try {
    return readConfig(process.env, { isTty: process.stdout.isTTY });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`imprimatur can't start:\n${error.problems.map((problem) => `  ${problem}\n`).join('')}`);
    process.exit(1);
  }
}

async function listen({ server, setupToken }: Application, { host, port, app, publicUrl }: Config): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  if (app !== null) {
    log.info({ host, port: bound }, 'listening');
    return;
  }
  const setup = `${publicUrl ?? `http://127.0.0.1:${bound}`}/setup`;
  log.info(
    { host, port: bound, setup, setupToken },
    'listening, not configured: set APP_ID, or create an App at /setup',
  );
}

function warnWithoutRegistryUser({ ghcr, registryHost }: Config): void {
  if (ghcr !== null || registryHost !== 'ghcr.io') return;
  log.warn('no registry user is set: set GHCR_USERNAME and GHCR_TOKEN to promote on ghcr.io');
}

async function drain(application: Application, signal: string): Promise<void> {
  log.info({ signal }, 'draining: no new jobs start, running jobs may finish');
  try {
    await application.stop(GRACE_MS);
    log.info('drained');
    process.exit(0);
  } catch (error) {
    log.error({ err: error }, 'could not drain cleanly');
    process.exit(1);
  }
}
