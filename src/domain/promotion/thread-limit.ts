// How many comments GitHub allows in an issue or pull request, and from how many on people are warned.

/** GitHub refuses every further comment. Edits of comments and reactions still work. */
export const MAX_THREAD_COMMENTS = 2500;

export const WARN_FROM_COMMENTS = 2000;
