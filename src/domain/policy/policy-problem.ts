// Every problem of a policy file: its place, a code, and the values that its words are made of. Stored as it is; the words are in messages/.
import { z } from 'zod';

/** What is allowed at a place. */
const allowedForm = z.discriminatedUnion('form', [
  z.strictObject({
    form: z.enum([
      'boolean',
      'image',
      'branch',
      'floating-tag',
      'login',
      'app',
      'reporter',
      'label',
      'platform',
      'path-pattern',
      'github-environment',
      'environment-name',
      'interval',
      'size',
      'environments',
    ]),
  }),
  z.strictObject({ form: z.literal('one-of'), words: z.array(z.string()) }),
  z.strictObject({ form: z.literal('whole-number'), from: z.int(), to: z.int() }),
  z.strictObject({ form: z.enum(['tag-prefix', 'keep-as']), maxLength: z.int() }),
  z.strictObject({ form: z.literal('map'), keys: z.array(z.string()) }),
  z.strictObject({
    form: z.literal('list'),
    of: z.enum(['image', 'logins', 'apps', 'reporters', 'tags', 'labels', 'platforms', 'patterns']),
    from: z.int(),
    to: z.int(),
  }),
]);

/** The value found there; a text is shortened. */
const seenValue = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('text'), text: z.string() }),
  z.strictObject({ kind: z.literal('list'), length: z.int() }),
  z.strictObject({ kind: z.literal('map'), isEmpty: z.boolean() }),
  /** A number, `true`, or a missing value. */
  z.strictObject({ kind: z.literal('other'), text: z.string() }),
]);

const place = {
  /** From 1; columns count UTF-16 units, as editors do. */
  line: z.int(),
  column: z.int(),
  /** `environments.production.tags[1]`; empty where the file as a whole, or its YAML, is meant. */
  path: z.string(),
};

/** Invalid YAML, or YAML that a policy doesn't allow. */
const yamlProblems = [
  z.strictObject({
    ...place,
    code: z.enum([
      'nul-character',
      'second-document',
      'yaml-version',
      'tab-indent',
      'yaml-tag',
      'yaml-alias',
      'yaml-anchor',
      'too-deep',
      'key-not-plain',
    ]),
  }),
  z.strictObject({ ...place, code: z.literal('too-large'), maxBytes: z.int() }),
  z.strictObject({ ...place, code: z.literal('too-many-tokens'), max: z.int() }),
  /** `detail` is what the YAML reader says. */
  z.strictObject({ ...place, code: z.literal('yaml-syntax'), detail: z.string() }),
  z.strictObject({ ...place, code: z.literal('key-twice'), key: z.string() }),
] as const;

const valueProblems = [
  z.strictObject({
    ...place,
    code: z.literal('unknown-key'),
    key: z.string(),
    /** The allowed key with almost the same spelling. */
    meant: z.string().nullable(),
    legal: z.array(z.string()),
  }),
  z.strictObject({ ...place, code: z.literal('illegal-key'), key: z.string(), legal: allowedForm }),
  z.strictObject({ ...place, code: z.literal('empty-value'), legal: allowedForm }),
  z.strictObject({ ...place, code: z.literal('illegal-value'), legal: allowedForm, seen: seenValue }),
] as const;

/** Contradictions between values that are valid one by one. */
const contradictions = [
  z.strictObject({ ...place, code: z.literal('prefix-clash'), staging: z.string(), hotfix: z.string() }),
  /** `owner` null: it is twice in one list. */
  z.strictObject({ ...place, code: z.literal('shared-tag'), tag: z.string(), owner: z.string().nullable() }),
  z.strictObject({ ...place, code: z.literal('no-default-tag'), environment: z.string() }),
  z.strictObject({ ...place, code: z.literal('reserved-default-tag'), tag: z.string() }),
  z.strictObject({ ...place, code: z.literal('tag-of-source'), tag: z.string(), prefix: z.string() }),
  z.strictObject({ ...place, code: z.literal('keep-as-floating'), keepAs: z.string(), tag: z.string() }),
  z.strictObject({ ...place, code: z.literal('user-twice'), user: z.string() }),
  z.strictObject({
    ...place,
    code: z.literal('too-few-users'),
    needed: z.int(),
    listed: z.int(),
    kind: z.enum(['promotion', 'rollback']),
  }),
  z.strictObject({ ...place, code: z.literal('empty-size-range'), minBytes: z.int(), maxBytes: z.int() }),
] as const;

/** A problem with a place in the file. */
const fileProblem = z.discriminatedUnion('code', [...yamlProblems, ...valueProblems, ...contradictions]);

export const policyProblem = z.discriminatedUnion('code', [
  ...fileProblem.options,
  /** Known from GitHub's answer alone: the file was not read. */
  z.strictObject({ code: z.literal('file-too-large'), sizeBytes: z.int(), maxBytes: z.int() }),
  z.strictObject({ code: z.literal('not-a-file'), what: z.string() }),
  /** There is no policy file, but one that is meant as it: its path from the root. */
  z.strictObject({ code: z.literal('wrong-file-name'), found: z.string() }),
]);

export type AllowedForm = Frozen<z.infer<typeof allowedForm>>;
export type SeenValue = Frozen<z.infer<typeof seenValue>>;
export type FileProblem = Frozen<z.infer<typeof fileProblem>>;
export type PolicyProblem = Frozen<z.infer<typeof policyProblem>>;

/** The same without its place. */
export type PolicyMistake = WithoutPlace<FileProblem>;
type WithoutPlace<Problem> = Problem extends unknown ? Omit<Problem, keyof typeof place> : never;

type Frozen<T> = T extends string | number | boolean | null ? T : { readonly [Key in keyof T]: Frozen<T[Key]> };

/**
 * The text that a schema of the file gives as its error: it says what is allowed, so that the reader finds that again
 * in what zod reports.
 */
export function encodeAllowed(legal: AllowedForm): string {
  return JSON.stringify(legal);
}

/** Throws where the text is none of `encodeAllowed`: a schema of the file does not say what is allowed. */
export function decodeAllowed(text: string): AllowedForm {
  return allowedForm.parse(JSON.parse(text));
}
