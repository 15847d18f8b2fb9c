// Every mistake that a command line can have, with the values that a sentence about it needs.

/** The options as they are typed; each verb takes some of them. */
export type OptionName = 'to' | 'as' | 'force' | '--reason';

/** `typed` is the user's own text, unbounded and unescaped: the code that words the answer must cut and escape it. */
export type CommandMistake =
  /** `/imprimatur` followed by a word that is neither a verb nor close to one. */
  | { readonly code: 'unknown-verb'; readonly typed: string }
  /** A word that starts with `-`, `--` or an em dash and is no flag of this verb. */
  | { readonly code: 'unknown-flag'; readonly typed: string }
  /** `typed` is the word without the invisible character `seen`, such as `U+200B`. */
  | { readonly code: 'invisible-character'; readonly typed: string; readonly seen: string }
  /** A missing argument, or a missing value of an option. */
  | { readonly code: 'missing-argument'; readonly argument: 'source' | 'environment' | 'version' | 'target' | 'reason' }
  /** A rollback without a reason; `meant` is what was typed behind the verb. */
  | { readonly code: 'rollback-without-reason'; readonly meant: string }
  /** One word or quoted text more than the verb takes; only the first one is named. */
  | { readonly code: 'surplus-argument'; readonly typed: string }
  /** `/promote staging-abc1234 production`: an extra word, which could be an environment. */
  | { readonly code: 'environment-without-to'; readonly typed: string }
  /** `/promote production staging-abc1234`. */
  | { readonly code: 'environment-first'; readonly environment: string; readonly source: string }
  /** `--reason fixes the login page`: `meant` is the whole text, as far as it goes. */
  | { readonly code: 'unquoted-reason'; readonly meant: string }
  /** `/promote to production staging-abc1234`: the source must come before the options. */
  | { readonly code: 'source-not-first'; readonly typed: string }
  /** A source, environment, version or target in quotes; only `--reason` takes them. */
  | { readonly code: 'quoted-argument'; readonly typed: string }
  /** The same option twice, even with the same value. */
  | { readonly code: 'doubled-option'; readonly option: OptionName }
  /** `/promote … force`: overriding rules takes a reason. */
  | { readonly code: 'force-without-reason' }
  /** `/rollback P12`: a target in the place of an environment. */
  | { readonly code: 'target-without-to'; readonly typed: string }
  /** An unclosed quote: `opener` is as typed, `closer` is the only character that would have closed it. */
  | { readonly code: 'unbalanced-quote'; readonly opener: string; readonly closer: string }
  /** Text glued to a closing quote, as in `"a"b`. */
  | { readonly code: 'text-after-quote'; readonly typed: string }
  /** `staging-abc1234.` or `P12,`: `meant` is the same without the punctuation (empty when it stood alone). */
  | { readonly code: 'trailing-punctuation'; readonly typed: string; readonly meant: string }
  /** A source or target with characters that no tag can hold, or with more than 128 of them. */
  | { readonly code: 'invalid-tag'; readonly typed: string }
  /** A source or target that looks like a digest but is not `sha256:` and 64 lower-case hex digits. */
  | { readonly code: 'invalid-digest'; readonly typed: string }
  /** A URL that names neither an image nor a commit. */
  | { readonly code: 'unknown-url'; readonly typed: string }
  /** `[abc1234](https://…)`: people may read something else than `meant`, where the link leads. */
  | { readonly code: 'link-as-source'; readonly meant: string }
  /** `ghcr.io/acme/api`: an image that could be any of its tags. */
  | { readonly code: 'reference-without-tag'; readonly typed: string }
  /** A commit where a rollback wants an image. */
  | { readonly code: 'commit-as-target'; readonly typed: string }
  /** A source of hex digits only, with fewer or more of them than a commit can be named by. */
  | { readonly code: 'hex-length'; readonly typed: string; readonly length: number }
  /** Environments are letters, digits, `-` and `_`, at most 255 of them. */
  | { readonly code: 'invalid-environment'; readonly typed: string }
  /** Not `X.Y.Z` by semver (`build-metadata`: it has a `+…`, which no tag can hold). */
  | { readonly code: 'invalid-version'; readonly typed: string; readonly cause: 'not-semver' | 'build-metadata' }
  /** `12` or `#12` where `P12` was meant. */
  | { readonly code: 'id-without-p'; readonly typed: string; readonly meant: string }
  /** `P0`, `P012` or more than nine digits: no promotion has such a number. */
  | { readonly code: 'invalid-id'; readonly typed: string }
  /** `/approve P12 ab12cd`: the id of a plan has 12 hex digits. */
  | { readonly code: 'plan-length'; readonly typed: string }
  /** `/approve ab12cd34ef56`: the id of the promotion is missing. */
  | { readonly code: 'plan-without-id'; readonly typed: string }
  /** `--reason ""`, or nothing but blanks in it. */
  | { readonly code: 'empty-reason' }
  /** `length` and `limit` count characters (code points). */
  | { readonly code: 'reason-too-long'; readonly length: number; readonly limit: number }
  /** The next line starts with `to`, `as v…` or a flag: half of what was meant would run. `next` is that line. */
  | { readonly code: 'half-command'; readonly next: string };

/** The result of every small parser of the grammar. */
export type Parsed<T> =
  { readonly kind: 'value'; readonly value: T } | { readonly kind: 'mistake'; readonly mistake: CommandMistake };

/** The result of a small parser that succeeded. */
export function value<T>(parsed: T): Parsed<T> {
  return { kind: 'value', value: parsed };
}

/** Maps the value; a mistake stays as it is. */
export function mapValue<T, U>(parsed: Parsed<T>, to: (found: T) => U): Parsed<U> {
  return parsed.kind === 'mistake' ? parsed : value(to(parsed.value));
}

/** The result of a small parser that failed. */
export function mistake(wrong: CommandMistake): Parsed<never> {
  return { kind: 'mistake', mistake: wrong };
}
