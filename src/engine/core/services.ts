// The services of the engine; app/compose.ts creates them once per process.
import type { Logger } from 'pino';
import type { Config } from '../../config/env.ts';
import type { ImageReader } from '../../facts/image-reader.ts';
import type { GitHub } from '../../github/client/client.ts';
import type { RegistryClient } from '../../registry/client.ts';
import type { Store } from '../../store/database/database.ts';
import type { ListedDelivery } from '../../github/app/deliveries.ts';
import type { AppIdentity } from '../../github/app/app-identity.ts';
import type { RegistryTokenWatch } from '../../github/app/registry-token-watch.ts';
import type { Metrics } from '../../net/metrics.ts';
import type { JobRows } from './job-description.ts';
import type { PushRight } from '../../registry/push-right.ts';
import type { Intent } from './intent.ts';

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
  readonly metrics: Metrics;
  /** Reads GitHub's payloads. */
  readonly webhooks: WebhookReader;
  /** Resolves after that many milliseconds. */
  readonly wait: (ms: number) => Promise<void>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly newId: () => string;
  /** Lower-case hex. */
  readonly sha256: (text: string) => string;
};

/** The part of the configuration that the engine needs. */
export type Settings = Pick<
  Config,
  'registryHost' | 'imageGrants' | 'allowedOwners' | 'floors' | 'githubHost' | 'githubWriteIntervalMs'
>;

export function settingsOf(config: Settings): Settings {
  const { registryHost, imageGrants, allowedOwners, floors, githubHost, githubWriteIntervalMs } = config;
  return { registryHost, imageGrants, allowedOwners, floors, githubHost, githubWriteIntervalMs };
}

/** What the engine needs of webhooks/, a higher layer that it can't import: app/ passes it in. */
export type WebhookReader = {
  /** The intents of a stored delivery. An error names the event and repeats nothing of the payload. */
  readonly translate: (delivery: {
    readonly deliveryId: string;
    readonly event: string;
    readonly body: string;
  }) => Promise<readonly Intent[]>;
  /** Whether a missed delivery of this kind would lead to anything. */
  readonly isRelevant: (delivery: Pick<ListedDelivery, 'event' | 'action'>) => boolean;
  /** Whether a later delivery makes a missed one out of date. */
  readonly isSuperseded: (missed: ListedDelivery, later: ListedDelivery) => boolean;
};
