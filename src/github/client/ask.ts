// One request to GitHub and its answer, with any credentials.
import type { Octokit } from '@octokit/rest';
import type { z } from 'zod';

export type Ask = <T>(question: Question<T>) => Promise<Answer<T>>;

export type Question<T> = {
  /** Begins the sentence of an error: `creating a comment on acme/dotca#3`. */
  readonly tried: string;
  readonly send: (api: Octokit['rest']) => Promise<RawAnswer>;
  /** Sent twice, it would create two of them: comments, check runs, deployments or issues. */
  readonly makes?: true;
  readonly answer: z.ZodType<T>;
};

export type Answer<T> = {
  readonly data: T;
  readonly link: string | null;
  /** A header of the answer, by its name in lower case. */
  readonly header: (name: string) => string | null;
};

export type RawAnswer = {
  readonly data: unknown;
  readonly status: number;
  readonly headers: { readonly link?: string | undefined; readonly [name: string]: unknown };
};
