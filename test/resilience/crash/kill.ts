// At what a process is killed: a boundary by its name, a request by its number, or a moment.
import { z } from 'zod';

/**
 * A write at a proxy, such as the second `PUT …/manifests/main` of a phase: names stay where numbers would shift, because a
 * process that was killed before asks for a token again, and two jobs may change places.
 */
export const Boundary = z.object({ name: z.string(), nth: z.number() });
export type Boundary = z.infer<typeof Boundary>;

export const When = z.enum(['before', 'after']);
export type When = z.infer<typeof When>;

export const HttpProxyName = z.enum(['registry', 'github']);
export type HttpProxyName = z.infer<typeof HttpProxyName>;

export const ProxyName = z.enum(['commit', ...HttpProxyName.options]);
export type ProxyName = z.infer<typeof ProxyName>;

export const PROXIES = ProxyName.options;

export const Kill = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('boundary'), proxy: ProxyName, boundary: Boundary, when: When }),
  /** Of the requests that only read as well, counted from the beginning of the phase or of the process. */
  z.object({ kind: z.literal('request'), proxy: HttpProxyName, nth: z.number(), when: When }),
  z.object({ kind: z.literal('time'), afterMs: z.number() }),
  /** Asked to end, and the next process begins at once, as when a new version is rolled out. */
  z.object({ kind: z.literal('stop'), afterMs: z.number() }),
]);
export type Kill = z.infer<typeof Kill>;

export function sayKill(kill: Kill): string {
  switch (kill.kind) {
    case 'boundary':
      return `${kill.when} ${kill.proxy} "${kill.boundary.name}" (${kill.boundary.nth})`;
    case 'request':
      return `${kill.when} request ${kill.nth} to the ${kill.proxy}`;
    case 'time':
      return `after ${kill.afterMs} ms`;
    case 'stop':
      return `asked to end after ${kill.afterMs} ms`;
  }
}

/** Counts boundaries by their name. */
export class BoundaryCount {
  readonly #passed: Boundary[] = [];

  get passed(): readonly Boundary[] {
    return this.#passed;
  }

  next(name: string): Boundary {
    const nth = this.#passed.filter((one) => one.name === name).length + 1;
    const boundary = { name, nth };
    this.#passed.push(boundary);
    return boundary;
  }

  clear(): void {
    this.#passed.length = 0;
  }
}

export function isSame(one: Boundary, other: Boundary): boolean {
  return one.name === other.name && one.nth === other.nth;
}
