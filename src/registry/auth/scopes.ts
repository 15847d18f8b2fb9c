// Merges token scopes (distribution's `resourcetype:name:action,action`) so that one token carries all of them.

/**
 * One scope per resource with the union of its actions, in the order first seen: what a registry demanded goes first,
 * because some token servers read only the first. A name may hold a colon (a port), so the ends are split off.
 */
export function mergeScopes(scopes: readonly string[]): readonly string[] {
  const merged = new Map<string, readonly string[]>();
  for (const scope of scopes) {
    const cut = scope.lastIndexOf(':');
    const resource = scope.slice(0, cut);
    const known = merged.get(resource) ?? [];
    const added = scope.slice(cut + 1).split(',');
    merged.set(resource, [...known, ...added.filter((action) => !known.includes(action))]);
  }
  return [...merged].map(([resource, actions]) => `${resource}:${actions.join(',')}`);
}
