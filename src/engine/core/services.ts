// What the engine works with; app/compose.ts makes it, once per process.
import type { Logger } from 'pino';
import type { ImageGrant } from '../../domain/image/image-access.ts';
import type { ImageReader } from '../../facts/image-reader.ts';
import type { GitHub } from '../../github/client/client.ts';
import type { RegistryClient } from '../../registry/client.ts';
import type { Store } from '../../store/database/database.ts';
import type { AppIdentity } from '../../github/app/app-identity.ts';
import type { RegistryTokenWatch } from '../../github/app/registry-token-watch.ts';
import type { JobRows } from './job-description.ts';
import type { PushRight } from '../../registry/push-right.ts';

export type Services = {
  readonly store: Store;
  readonly jobs: JobRows;
  readonly registry: RegistryClient;
  readonly images: ImageReader;
  readonly pushRight: PushRight;
  readonly registryTokenWatch: RegistryTokenWatch;
  readonly github: GitHub;
  readonly identity: AppIdentity;
  readonly settings: Settings;
  readonly log: Logger;
  readonly observe: Observe;
  /** Resolves after that many milliseconds. */
  readonly wait: (ms: number) => Promise<void>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly newId: () => string;
  /** Lower-case hex. */
  readonly sha256: (text: string) => string;
};

/** `delivery`: from when one was stored until it was taken up. `decision`: until what it asked for was decided. */
export type Observe = (what: 'delivery' | 'decision', seconds: number) => void;

export type Settings = {
  readonly registryHost: string;
  readonly imageGrants: readonly ImageGrant[];
  /** Lower-case names, or null for the App's owner. */
  readonly allowedOwners: readonly string[] | null;
  readonly githubHost: string;
  readonly githubWriteIntervalMs: number;
};
