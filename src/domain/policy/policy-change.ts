// Who changed a policy file, and when.

export type PolicyChange = {
  /** Git blob id of the file after the change. */
  readonly blob: string;
  /** `id` null: the author of a commit whom GitHub does not know. */
  readonly by: { readonly id: number | null; readonly login: string };
  /** `push`: who pushed it. `git-author`: who the last commit of the file says that wrote it, which anybody can claim. */
  readonly source: 'push' | 'git-author';
  readonly at: number;
};
