// One person's review of a promotion, and what it covers.
import type { ActingApp, Person } from '../actor.ts';

export type Review = {
  readonly verdict: 'approve' | 'reject';
  readonly by: Person;
  readonly at: number;
  readonly via: 'comment' | 'check-run';
  /** SHA-256 (hex) of what was reviewed. The review counts for that only. */
  readonly subject: string;
  /** The App that wrote the comment for them, if any. */
  readonly app?: ActingApp;
  /** Where on GitHub it was given. */
  readonly commentId?: number;
  readonly checkRunId?: number;
  /** Set if it no longer counts, whatever it covered: the policy that it was given under is no longer readable. */
  readonly void?: true;
};
