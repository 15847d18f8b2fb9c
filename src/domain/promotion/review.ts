// One person's word on a promotion, and what it was said about.
import type { ActingApp, Person } from '../actor.ts';

export type Review = {
  readonly verdict: 'approve' | 'reject';
  readonly by: Person;
  readonly at: number;
  readonly via: 'comment' | 'check-run';
  /** SHA-256 (hex) of what was reviewed; the review counts for that and nothing else. */
  readonly subject: string;
  /** The App that wrote the comment for them, where one did. */
  readonly app?: ActingApp;
  /** Where it was given on GitHub. */
  readonly commentId?: number;
  readonly checkRunId?: number;
  /** Set where it no longer counts, whatever it covered: the policy that it was given under is no longer readable. */
  readonly void?: true;
};
