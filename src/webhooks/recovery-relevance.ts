// Decides which missed deliveries are worth reading: those that still lead to something.
import { EVENTS, isActedOn, isListenedTo } from './table.ts';

/** A delivery as GitHub lists it. */
export type Missed = {
  readonly event: string;
  readonly action: string | null;
  readonly deliveredAt: number;
  readonly installationId: number | null;
  readonly repoId: number | null;
};

/** Every build in every repository sends events of its checks: these would be most of the deliveries to read. */
export function isRelevant({ event, action }: Pick<Missed, 'event' | 'action'>): boolean {
  return isListenedTo(event) && isActedOn(event, action);
}

/**
 * True for an event that ended the App's access, if a later event from there shows that it has access again. Handled
 * now, it would end open promotions.
 */
export function isSuperseded(missed: Missed, later: Missed): boolean {
  if (later.deliveredAt <= missed.deliveredAt || !isListenedTo(missed.event) || missed.action === null) return false;
  const ofInstallation = later.installationId === missed.installationId;
  switch (EVENTS[missed.event].supersededBy?.[missed.action]) {
    case undefined:
      return false;
    case 'any-of-installation':
      return ofInstallation;
    case 'same-event-of-installation':
      return ofInstallation && later.event === missed.event;
    case 'any-of-repository':
      return later.repoId === missed.repoId;
  }
}
