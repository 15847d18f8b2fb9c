// What `doctor` checks: the environment variables, and the clients made from them.
import { OutsideError } from '../../net/outside-error.ts';
import type { AppManifest } from '../../config/app-manifest.ts';
import type { GitHub } from '../../github/client/client.ts';
import type { RegistryClient } from '../../registry/client.ts';
import type { Credential } from '../../registry/auth/credentials.ts';
import type { Store } from '../../store/database/database.ts';
import type { AskToken } from '../../github/app/registry-token-watch.ts';
import type { Settings } from '../core/services.ts';

export type DoctorSetup = {
  /** The problems of the environment variables: sentences that say what to do. */
  readonly problems: readonly string[];
  readonly github: { readonly kind: 'app'; readonly github: GitHub } | { readonly kind: 'none'; readonly why: string };
  /** The secret, and the one that is being rotated out; empty if they could not be read. */
  readonly webhookSecrets: readonly string[];
  readonly publicUrl: string | null;
  readonly manifest: AppManifest;
  readonly settings: Settings;
  readonly registry: RegistryClient;
  /** Goes to registries without any credential. */
  readonly stranger: RegistryClient;
  readonly credentials: (host: string) => Credential | null;
  /** Null without a machine user. */
  readonly askToken: AskToken | null;
  readonly store: () => Promise<Store>;
  readonly now: () => number;
};

/** Null: another check says why. */
export async function openStore({ store }: DoctorSetup): Promise<Store | null> {
  try {
    return await store();
  } catch (error) {
    if (error instanceof OutsideError) return null;
    throw error;
  }
}
