// Declares what a webhook event is. Each has a file, and a line in `table.ts`.
import type { Intent } from '../engine/core/intent.ts';

export type Webhook = {
  /** The actions that lead to something; all others are dropped unread. Null if the event has no actions. */
  readonly actions: readonly string[] | null;
  /** For actions that remove our access: the later delivery that shows that we have it again. */
  readonly supersededBy?: Readonly<Record<string, LaterDelivery>>;
  /** Without it, nothing is missed but hints: an App of an earlier version need not subscribe to it. */
  readonly onlyHints?: true;
  /** Throws where the payload is not what GitHub sends. */
  readonly translate: Translate;
};

export type Translate = (payload: unknown, context: { readonly appId: number }) => readonly Intent[];

/** Any of the same installation, one of the same event and installation, or any of the same repository. */
export type LaterDelivery = 'any-of-installation' | 'same-event-of-installation' | 'any-of-repository';
