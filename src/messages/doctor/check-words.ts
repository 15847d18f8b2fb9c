// What `doctor` says of a check: what was found, and what to do about it.

/** Plain text; may carry text from outside, which is not escaped. */
export type CheckWords = {
  readonly message: string;
  /** Null where nothing has to be done. */
  readonly hint: string | null;
};
