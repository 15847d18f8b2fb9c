// What is stored of an error of the registry, GitHub or the network: its code, and its own message as a value.

export type OutsideProblem = {
  /** Stable kebab-case code of the error, such as `registry-denied`. */
  readonly code: string;
  /** The message of the client that failed: bounded, and without credentials. Escaped when it is shown. */
  readonly detail: string;
};
