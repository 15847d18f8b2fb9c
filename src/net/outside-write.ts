// How long one write to a registry or to GitHub may take in all before it is broken off: leases are measured by it.

export const OUTSIDE_WRITE_MS = 20_000;
