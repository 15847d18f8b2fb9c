// The words of a `doctor` check: what was found, and how to fix it.

/** Plain text; may carry text from outside, which is not escaped. */
export type CheckWords = {
  readonly message: string;
  /** Null if nothing has to be done. */
  readonly hint: string | null;
};
