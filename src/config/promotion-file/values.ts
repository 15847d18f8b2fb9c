// The single values of a policy file. The error of each schema is what is allowed there (`encodeAllowed`).
import semver from 'semver';
import { z } from 'zod';
import type { Person } from '../../domain/actor.ts';
import { parseImageRepository, parseTag, type Tag } from '../../domain/image/reference.ts';
import { encodeAllowed, type AllowedForm } from '../../domain/policy/policy-problem.ts';

export const MAX_PREFIX_LENGTH = 30;
/** A prefix, a hyphen and a commit id of SHA-256: what `{source}` can grow to. */
const MAX_SOURCE_LENGTH = MAX_PREFIX_LENGTH + 1 + 64;
const MAX_BRANCH_LENGTH = 200;
const RESERVED_PREFIXES = ['rollback-', 'sha256-'] as const;

/** One of a few words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(
  words: Words,
): z.ZodEnum<{ [Word in Words[number]]: Word }> {
  return z.enum(words, { error: encodeAllowed({ form: 'one-of', words }) });
}

export const flag = z.boolean({ error: encodeAllowed({ form: 'boolean' }) });

export const level = oneOf(['fail', 'warn', 'off']);

/** `read` is missing: in a public repository everybody has it. */
export const role = oneOf(['triage', 'write', 'maintain', 'admin']);

export function wholeNumber({ from, to }: { readonly from: number; readonly to: number }): z.ZodInt {
  const error = encodeAllowed({ form: 'whole-number', from, to });
  return z.int({ error }).min(from, { error }).max(to, { error });
}

export const image = parsed({
  parse: parseImageRepository,
  legal: { form: 'image' },
});

export const branch = parsed({
  parse: (text) => (isBranch(text) ? text : null),
  legal: { form: 'branch' },
});

export const tagPrefix = parsed({
  parse: (text) => (isTagPrefix(text) ? text : null),
  legal: { form: 'tag-prefix', maxLength: MAX_PREFIX_LENGTH },
});

export const floatingTag = parsed({
  parse: (text) => {
    const tag = parseTag(text);
    return tag === null || isReserved(tag) ? null : tag;
  },
  legal: { form: 'floating-tag' },
});

/** The template of a permanent tag, or `off`. */
export const keepAs = parsed({
  parse: (text) => (text === 'off' || isKeepAs(text) ? text : null),
  legal: { form: 'keep-as', maxLength: 128 - MAX_SOURCE_LENGTH },
});

/** A login, perhaps with `#` and the id of its account. */
export const login = parsed({
  parse: (text) => (/^(?!-)[A-Za-z0-9-]{1,39}(?:_[A-Za-z0-9]{1,10})?(?:#[1-9]\d{0,14})?$/.test(text) ? text : null),
  legal: { form: 'login' },
});

/** The name in an App's address, perhaps with `#` and its id. */
export const appSlug = parsed({
  parse: (text) => (/^[a-z0-9][a-z0-9-]{0,99}(?:#[1-9]\d{0,14})?$/.test(text) ? text : null),
  legal: { form: 'app' },
});

export const reporter = parsed({
  parse: (text): Person | null => {
    const [, name = '', id = ''] =
      /^([A-Za-z0-9-]{1,60}(?:_[A-Za-z0-9]{1,10})?(?:\[bot\])?)#([1-9]\d{0,14})$/.exec(text) ?? [];
    return id === '' ? null : { login: name, id: Number(id) };
  },
  legal: { form: 'reporter' },
});

export const label = parsed({
  parse: (text) => (/^[\x21-\x7e]{1,255}$/.test(text) ? text : null),
  legal: { form: 'label' },
});

/** `os/architecture`, perhaps with a variant. */
export const platform = parsed({
  parse: (text) => (/^[a-z0-9]{1,20}\/[a-z0-9_-]{1,20}(?:\/[a-z0-9.]{1,20})?$/.test(text) ? text : null),
  legal: { form: 'platform' },
});

/**
 * A pattern of paths from the top of the repository, with `*`, `**`, `?` and `[a-z]`. Alternatives in braces could stand for
 * more patterns than can be tried, and so could many `**`.
 */
export const pathPattern = parsed({
  parse: (text) => {
    const isPath = /^(?!\/)[^\p{Cc}\ufffd\\{}()]{1,200}$/u.test(text) && !text.split('/').includes('..');
    return isPath && text.split('**').length <= 3 && text.split('*').length <= 9 ? text : null;
  },
  legal: { form: 'path-pattern' },
});

export const gitHubEnvironment = parsed({
  parse: (text) => (text === text.trim() && /^[^\p{Cc}\ufffd]{1,255}$/u.test(text) ? text : null),
  legal: { form: 'github-environment' },
});

/** `/status P12` names a promotion, so no environment can have such a name. */
export const environmentName = z.string().regex(/^(?![Pp]\d+$)[A-Za-z0-9_-]{1,100}$/, {
  error: encodeAllowed({ form: 'environment-name' }),
});

const MINUTE_MS = 60_000;
const MIN_INTERVAL_MS = MINUTE_MS;
const MAX_INTERVAL_MS = 24 * 60 * MINUTE_MS;

/** Milliseconds, or `off`. */
export const interval = parsed({
  parse: (text) => (text === 'off' ? text : toInterval(text)),
  legal: { form: 'interval' },
});

const SIZE_UNITS: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ['kB', 1000],
  ['MB', 1000 ** 2],
  ['GB', 1000 ** 3],
  ['TB', 1000 ** 4],
  ['KiB', 1024],
  ['MiB', 1024 ** 2],
  ['GiB', 1024 ** 3],
  ['TiB', 1024 ** 4],
]);
const SIZE_PATTERN = /^(\d{1,9}(?:\.\d{1,3})?) ?([kMGT]?B|[KMGT]iB)$/;
const SIZE_ALLOWED = encodeAllowed({ form: 'size' });

/** Bytes. */
export const size = z.union(
  [
    z.int({ error: SIZE_ALLOWED }).min(0, { error: SIZE_ALLOWED }),
    z
      .string({ error: SIZE_ALLOWED })
      .regex(SIZE_PATTERN, { error: SIZE_ALLOWED })
      .transform((text, context) => {
        const bytes = toBytes(text);
        if (bytes === null) context.addIssue(SIZE_ALLOWED);
        return bytes ?? z.NEVER;
      }),
  ],
  { error: SIZE_ALLOWED },
);

/** True for tags that are never moved: `rollback-…`, what cosign writes, versions. */
export function isReserved(tag: string): boolean {
  return RESERVED_PREFIXES.some((prefix) => tag.startsWith(prefix)) || semver.valid(tag) !== null;
}

/** The permanent tag for a source; without a source, the longest possible one. */
export function expandKeepAs(template: string, source: string = 's'.repeat(MAX_SOURCE_LENGTH)): Tag | null {
  return parseTag(template.replaceAll('{source}', () => source));
}

function parsed<T>({
  parse,
  legal,
}: {
  readonly parse: (text: string) => T | null;
  readonly legal: AllowedForm;
}): z.ZodPipe<z.ZodString, z.ZodTransform<T, string>> {
  const error = encodeAllowed(legal);
  return z.string({ error }).transform((text, context) => {
    const value = parse(text);
    if (value === null) context.addIssue(error);
    return value ?? z.NEVER;
  });
}

function toInterval(text: string): number | null {
  const [, number = '', unit = ''] = /^(\d{1,4})([mh])$/.exec(text) ?? [];
  const ms = Number(number) * (unit === 'h' ? 60 : 1) * MINUTE_MS;
  return unit !== '' && ms >= MIN_INTERVAL_MS && ms <= MAX_INTERVAL_MS ? ms : null;
}

function toBytes(text: string): number | null {
  const [, number = '', unit = ''] = SIZE_PATTERN.exec(text) ?? [];
  const bytes = Math.round(Number(number) * (SIZE_UNITS.get(unit) ?? Number.NaN));
  return Number.isSafeInteger(bytes) ? bytes : null;
}

function isTagPrefix(text: string): boolean {
  return text.length <= MAX_PREFIX_LENGTH && parseTag(text) !== null && !isReserved(`${text}-`) && !isReserved(text);
}

function isKeepAs(template: string): boolean {
  if (template.split('{source}').length !== 2) return false;
  return expandKeepAs(template) !== null && !isReserved(template);
}

/** Git's own rules (git-check-ref-format), and no `refs/…`: a branch is named as GitHub shows it. */
function isBranch(name: string): boolean {
  const parts = name.split('/');
  return (
    name.length <= MAX_BRANCH_LENGTH &&
    !/[\p{Cc}\ufffd ~^:?*[\\]|\.\.|@\{/u.test(name) &&
    !/^(?:@|HEAD|-.*|refs\/.*)$|\.$/.test(name) &&
    parts.every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'))
  );
}
