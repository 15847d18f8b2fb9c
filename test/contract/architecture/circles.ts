// Finds files, and folders of engine/, that import each other in a circle, and files that nothing imports.
import { posix } from 'node:path';
import { engineFolderOf, targetsOf } from './imports.ts';

/** Paths below src/ with their texts. */
export type Sources = ReadonlyMap<string, string>;

type Graph = ReadonlyMap<string, readonly string[]>;

/** Each circle once, as `a.ts → b.ts → a.ts`; type-only imports count. */
export function findFileCircles(sources: Sources): readonly string[] {
  return findCircles(importsOf(sources));
}

export function findEngineCircles(sources: Sources): readonly string[] {
  const folders = new Map<string, string[]>();
  for (const [path, targets] of importsOf(sources)) {
    const from = engineFolderOf(path);
    if (from === null) continue;
    const others = targets.map(engineFolderOf).filter((to) => to !== null && to !== from);
    folders.set(from, [...(folders.get(from) ?? []), ...others.filter((to) => to !== null)]);
  }
  return findCircles(folders);
}

/** Type-only imports count; those of the file by itself do not. */
export function findUnimported(sources: Sources): readonly string[] {
  const targets = [...importsOf(sources)].flatMap(([path, imports]) => imports.filter((target) => target !== path));
  const imported = new Set(targets);
  return [...sources.keys()].filter((path) => !imported.has(path)).toSorted();
}

function importsOf(sources: Sources): Graph {
  const entries = [...sources].map(([path, text]) => {
    const relative = targetsOf(text).filter((target) => target.startsWith('.'));
    return [path, relative.map((target) => posix.join(posix.dirname(path), target))] as const;
  });
  return new Map(entries);
}

function findCircles(graph: Graph): readonly string[] {
  const known = new Set<string>();
  const circles: string[] = [];
  for (const start of [...graph.keys()].toSorted()) {
    if (known.has(start)) continue;
    const circle = shortestCircle(graph, start);
    if (circle === null) continue;
    for (const one of circle) known.add(one);
    circles.push(circle.join(' → '));
  }
  return circles;
}

/** From `start` back to it; null where no way leads back. */
function shortestCircle(graph: Graph, start: string): readonly string[] | null {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    for (const next of graph.get(at) ?? []) {
      if (next === start) return [...pathTo(cameFrom, at), start];
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, at);
      queue.push(next);
    }
  }
  return null;
}

function pathTo(cameFrom: ReadonlyMap<string, string>, end: string): readonly string[] {
  const before = cameFrom.get(end);
  return before === undefined ? [end] : [...pathTo(cameFrom, before), end];
}
