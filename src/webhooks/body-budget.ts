// Limits the memory for request bodies: a sender is unknown until the whole body has arrived.

/** GitHub delivers nothing larger. */
export const MAX_BODY_BYTES = 25 * 1024 * 1024;
/** A body up to this size is small, and never waits for a large one. */
export const MAX_SMALL_BYTES = 1024 * 1024;
const MAX_LARGE_BODIES = 2;
/** For all small bodies together. Deliveries have a few dozen kilobytes and are answered within milliseconds. */
const MAX_SMALL_BYTES_AT_ONCE = 64 * MAX_SMALL_BYTES;

/** One body that is being read. */
export type BodyPart = {
  /** False: these bytes exceed the budget, and the body is given up. */
  readonly take: (bytes: number) => boolean;
  /** The body is complete: it is no longer given up for others. */
  readonly complete: () => void;
  /** It is answered. */
  readonly release: () => void;
};

export type BodyBudget = {
  /** `giveUp` is called when this body is given up: it is the oldest of the incomplete small ones. */
  readonly open: (giveUp: () => void) => BodyPart;
};

type Held = { bytes: number; isComplete: boolean; readonly giveUp: () => void };

export function createBodyBudget(): BodyBudget {
  /** Oldest first. */
  const small = new Set<Held>();
  const large = new Set<Held>();
  let smallBytes = 0;

  const leaveSmall = (body: Held): void => {
    if (small.delete(body)) smallBytes -= body.bytes;
  };
  const grow = (body: Held): boolean => {
    if (large.has(body)) return true;
    if (large.size >= MAX_LARGE_BODIES) return false;
    leaveSmall(body);
    large.add(body);
    return true;
  };
  /** Gives up the body that has been arriving longest: a delivery of GitHub arrives at once. */
  const makeRoom = (bytes: number): boolean => {
    for (const body of small) {
      if (smallBytes + bytes <= MAX_SMALL_BYTES_AT_ONCE) break;
      if (body.isComplete) continue;
      leaveSmall(body);
      body.giveUp();
    }
    return smallBytes + bytes <= MAX_SMALL_BYTES_AT_ONCE;
  };

  const isHeld = (body: Held): boolean => small.has(body) || large.has(body);
  const hasRoomFor = (body: Held, bytes: number): boolean => {
    if (!isHeld(body)) return false;
    if (body.bytes + bytes > MAX_SMALL_BYTES) return grow(body);
    // The body that is given up may be this one.
    return makeRoom(bytes) && isHeld(body);
  };

  return {
    open: (giveUp) => {
      const body: Held = { bytes: 0, isComplete: false, giveUp };
      small.add(body);
      return {
        take: (bytes) => {
          if (!hasRoomFor(body, bytes)) return false;
          if (small.has(body)) smallBytes += bytes;
          body.bytes += bytes;
          return true;
        },
        complete: () => {
          body.isComplete = true;
        },
        release: () => {
          leaveSmall(body);
          large.delete(body);
        },
      };
    },
  };
}
