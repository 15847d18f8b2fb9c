// Who changed a policy file, and when.

export type PolicyChange = {
  /** Git blob id of the file after the change. */
  readonly blob: string;
  /** `id` null: the author of a commit whom GitHub does not know. */
  readonly by: { readonly id: number | null; readonly login: string };
  /** `push`: the person who pushed it. `git-author`: the author of the file's last commit, which anybody can claim to be. */
  readonly source: 'push' | 'git-author';
  readonly at: number;
};
