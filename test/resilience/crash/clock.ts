// Sets the clock of this process apart from the machine's: by CLOCK_AHEAD_MS or CLOCK_FILE where it is preloaded, or turned by hand; timers stay real.
import { readFileSync } from 'node:fs';

const MachineDate = Date;
/** Read at each look: one that sleeps finds the clock turned when it wakes, before it hears of anything. */
const file = process.env['CLOCK_FILE'];
let aheadMs = Number(process.env['CLOCK_AHEAD_MS'] ?? 0);

/** How far the clock is ahead of the machine's. */
export function clockAheadMs(): number {
  return aheadMs;
}

export function setClock(now: number): void {
  aheadMs = now - MachineDate.now();
}

export function turnClock(ms: number): void {
  aheadMs += ms;
}

const now = (): number => MachineDate.now() + (file === undefined ? aheadMs : Number(readFileSync(file, 'utf8')));

globalThis.Date = new Proxy(MachineDate, {
  get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
  construct: (target, given: readonly unknown[], asked) =>
    Reflect.construct(target, given.length === 0 ? [now()] : given, asked),
  apply: () => new MachineDate(now()).toString(),
});
