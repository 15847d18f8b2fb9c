// How long one write to a registry or to GitHub may take before it is aborted: leases depend on it.

export const OUTSIDE_WRITE_MS = 20_000;
