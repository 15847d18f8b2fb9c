// Answers a click on the check of its staging commit, where there is no thread to answer in.
import type { Repo } from '../../domain/promotion/promotion.ts';
import type { CommitSha } from '../../domain/image/reference.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { renderClickRefused } from '../../messages/check-run/staging-check.ts';
import type { Commit } from '../core/commit.ts';

type CommitTarget = { readonly repo: Repo; readonly commit: CommitSha };
type Note = Commit & Required<Pick<Commit, 'effects' | 'stagingChecks'>>;

/** Where the commit has no such check, nothing happens. */
export function noteOnStaging({ repo, commit, note }: CommitTarget & { readonly note: string }): Note {
  const key = { repoId: repo.id, commit };
  return {
    repo,
    stagingChecks: [{ kind: 'change', ...key, note }],
    effects: [{ kind: 'update-staging-check', ...key }],
  };
}

export function refuseOnStaging(about: CommitTarget & { readonly by: string; readonly refusal: Refusal }): Note {
  return noteOnStaging({ ...about, note: renderClickRefused(about) });
}
