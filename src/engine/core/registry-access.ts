// Creates the registry client, its credentials and the engine's settings from the configuration, for server and commands.
import type { Config } from '../../config/env.ts';
import { createCredentialSource, loadDockerConfig, type CredentialSource } from '../../registry/auth/credentials.ts';
import { createRegistryClient, type RegistryClient, type RegistryClientOptions } from '../../registry/client.ts';
import { settingsOf, type Settings } from './services.ts';

export type RegistryAccess = {
  readonly registry: RegistryClient;
  readonly credentials: CredentialSource;
  readonly settings: Settings;
  readonly close: () => Promise<void>;
};

/** Docker's folder; null: nothing is read from it. */
export type RegistryConfig = Settings &
  Pick<Config, 'ghcr' | 'registryTokenHosts'> & { readonly dockerConfigFolder: string | null };

/** Sends no request. OutsideError `docker-config-invalid`. */
export async function openRegistryAccess(
  config: RegistryConfig,
  options: Omit<RegistryClientOptions, 'credentials' | 'tokenHosts'>,
): Promise<RegistryAccess> {
  const { ghcr, dockerConfigFolder, registryTokenHosts: tokenHosts } = config;
  const credentials = createCredentialSource({
    ghcr: ghcr === null ? null : { username: ghcr.username, password: ghcr.token },
    docker: dockerConfigFolder === null ? new Map() : await loadDockerConfig(dockerConfigFolder),
  });
  const registry = createRegistryClient({ ...options, credentials, tokenHosts });
  return { registry, credentials, settings: settingsOf(config), close: registry.close };
}
