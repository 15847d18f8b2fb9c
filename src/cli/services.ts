// The services of commands, created from the environment on first use, so that a command needs no more than it uses.
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
  /** Resolves after that many milliseconds. */
  readonly wait: (ms: number) => Promise<void>;
  /** Lower-case hex. */
  readonly sha256: (text: string) => string;
  readonly settings: () => Settings;
  /** The database, which must exist with its tables; otherwise an OutsideError. */
  readonly store: () => Promise<Store>;
  /** The same, but created if it is missing. The caller creates its tables. */
  readonly newStore: () => Promise<Store>;
  readonly registry: () => Promise<RegistryClient>;
  readonly github: () => Promise<GitHubAccess>;
  /** Everything at once, for `doctor`; never a ConfigError. */
  readonly setup: () => Promise<DoctorSetup>;
};

/** `none`: GitHub can't be read; `why` completes "because …". */
export type GitHubAccess =
  { readonly kind: 'app'; readonly github: GitHub } | { readonly kind: 'none'; readonly why: string };

export type Output = {
  /** Resolves when the text is written; text for a closed reader is dropped. */
  readonly write: (text: string) => Promise<void>;
  /** True once the reader closed the stream, as `head` does. */
  readonly isClosed: () => boolean;
};

export type Terminal = {
  /** Columns of standard output; Infinity where it is not a terminal: then lines are not wrapped. */
  readonly width: number;
  readonly style: Style;
  /** Shows the current step, or clears it; silent where standard error is not a terminal. */
  readonly progress: (text: string | null) => void;
};

export type Style = Readonly<Record<'bold' | 'dim' | 'red' | 'green' | 'yellow', (text: string) => string>>;
