// Which deliveries that never arrived are worth reading: those that would tell us something, and still do.
import { EVENTS, isActedOn, isListenedTo } from './table.ts';

/** As GitHub lists it. */
export type Missed = {
  readonly event: string;
  readonly action: string | null;
  readonly deliveredAt: number;
  readonly installationId: number | null;
  readonly repoId: number | null;
};

/** Every build in every repository tells us of its checks: reading all of those would be nearly all of the work. */
export function isRelevant({ event, action }: Pick<Missed, 'event' | 'action'>): boolean {
  return isListenedTo(event) && isActedOn(event, action);
}

/**
 * True for news that the App may not act somewhere, where something that came later from there shows that it may again:
 * heard now, it would end what is open.
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
