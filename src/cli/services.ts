// What commands work with: made from the environment on first use, so that a command asks for no more than it needs.
import type { DoctorSetup } from '../engine/doctor/setup.ts';
import type { GitHub } from '../github/client/client.ts';
import type { RegistryClient } from '../registry/client.ts';
import type { Settings } from '../engine/core/services.ts';
import type { Store } from '../store/database/database.ts';

export type CliServices = {
  readonly out: Output;
  readonly err: Output;
  readonly terminal: Terminal;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Lower-case hex. */
  readonly sha256: (text: string) => string;
  readonly settings: () => Settings;
  /** The database, which has to be there with its tables; OutsideError where it is not. */
  readonly store: () => Promise<Store>;
  /** The same, but made where it is missing; its tables are the caller's matter. */
  readonly newStore: () => Promise<Store>;
  readonly registry: () => Promise<RegistryClient>;
  readonly github: () => Promise<GitHubAccess>;
  /** Everything at once, for `doctor`; never a ConfigError. */
  readonly setup: () => Promise<DoctorSetup>;
};

/** `none`: nobody can be asked there, and `why` completes "… is not known, because". */
export type GitHubAccess =
  { readonly kind: 'app'; readonly github: GitHub } | { readonly kind: 'none'; readonly why: string };

export type Output = {
  /** Resolves when the text is on its way; text for a reader that went away is dropped. */
  readonly write: (text: string) => Promise<void>;
  /** True once the reader went away, as `head` does. */
  readonly isClosed: () => boolean;
};

export type Terminal = {
  /** Columns of standard output; Infinity where it is no terminal: then lines are as long as they are. */
  readonly width: number;
  readonly style: Style;
  /** Shows what is being done, or nothing any more; silent where standard error is no terminal. */
  readonly progress: (text: string | null) => void;
};

export type Style = Readonly<Record<'bold' | 'dim' | 'red' | 'green' | 'yellow', (text: string) => string>>;
