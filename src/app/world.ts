// What a process has of the world around it: time, chance, and how long it waits for answers.
import { randomUUID } from 'node:crypto';
import { SYSTEM_CLOCK, type Clock } from '../net/clock.ts';

/** What differs between a real process and a test. */
export type World = Clock & {
  readonly newId: () => string;
  /** How long an answer from outside may take. By default, each client has its own limits. */
  readonly answerWithinMs?: number;
};

export const REAL_WORLD: World = { ...SYSTEM_CLOCK, newId: () => randomUUID() };
