// A name that a policy lists: the account or App that it stood for when it was first used, and another one that has it now.

export type PinnedName = {
  /** `app`: the name is a slug. */
  readonly kind: 'user' | 'app';
  /** In lower case. */
  readonly name: string;
  readonly id: number;
  /** When it was first used. */
  readonly firstUsed: number;
};

/** The account that has the name now. It is refused. */
export type TakenName = PinnedName & { readonly holder: number };
