// Reads the single values of the command grammar: source, target, promotion id, environment, version and reason.
import semver from 'semver';
import { parseNamedSource, type NamedSource, type PlainSource } from '../image/image-source.ts';
import { parseDigest, parseTag, type Tag } from '../image/reference.ts';
import type { RollbackTarget } from '../promotion/rollback-target.ts';
import { mistake, value, type Parsed } from './mistake.ts';
import { withoutInvisible, withoutPunctuation } from './words.ts';

/** What was named to be promoted. */
export type SourceSpec = PlainSource | NamedSource;

/** Counted in characters (code points). */
export const MAX_REASON_LENGTH = 500;

const MIN_HEX_LENGTH = 6;
const MAX_HEX_LENGTH = 40;
const ENVIRONMENT = /^[A-Za-z0-9_-]{1,255}$/;

/**
 * source = digest / 6*40HEXDIG / tag / image with its name / URL of a commit, perhaps in backticks; which tags are
 * sources is the policy's answer
 */
export function parseSource(word: string): Parsed<SourceSpec> {
  const plain = parsePlainWord(word);
  if (plain.kind === 'mistake') return plain;
  const typed = plain.value;
  const named = parseNamedSource(typed);
  if (named !== null) return named.kind === 'wrong' ? mistake(named.problem) : value(named.source);
  if (!/^[0-9A-Fa-f]+$/.test(typed)) return parseDigestOrTag(typed);
  const { length } = typed;
  const nameable = length >= MIN_HEX_LENGTH && length <= MAX_HEX_LENGTH;
  return nameable ? value({ kind: 'hex', typed }) : mistake({ code: 'hex-length', typed, length });
}

/** target = id / digest / tag / image with its name, perhaps in backticks; whether production ever held it is not asked here */
export function parseRollbackTarget(word: string): Parsed<RollbackTarget> {
  const id = parsePromotionId(word);
  if (id !== null) return id.kind === 'mistake' ? id : value({ kind: 'promotion', number: id.value });
  const plain = parsePlainWord(word);
  if (plain.kind === 'mistake') return plain;
  const named = parseNamedSource(plain.value);
  if (named === null) return parseDigestOrTag(plain.value);
  if (named.kind === 'wrong') return mistake(named.problem);
  const { source } = named;
  return source.kind === 'image' ? value(source) : mistake({ code: 'commit-as-target', typed: source.typed });
}

/** id = ( "P" / "p" ) 1*9DIGIT, from 1, no leading zero, perhaps in backticks; null: this word is not meant as an id. */
export function parsePromotionId(word: string): Parsed<number> | null {
  const shape = /^`*(?:[Pp]|#?)\d+[`.,;:!?\u2026]*$/.test(word);
  if (!shape) return null;
  const plain = parsePlainWord(word);
  if (plain.kind === 'mistake') return plain;
  const typed = plain.value;
  const digits = typed.replace(/^[Pp#]/, '');
  if (!/^[Pp]/.test(typed)) return mistake({ code: 'id-without-p', typed, meant: `P${digits}` });
  return /^[1-9]\d{0,8}$/.test(digits) ? value(Number(digits)) : mistake({ code: 'invalid-id', typed });
}

/** environment = 1*255( letter / digit / "-" / "_" ), case kept */
export function parseEnvironment(word: string): Parsed<string> {
  const meant = withoutPunctuation(word);
  if (meant !== word) return mistake({ code: 'trailing-punctuation', typed: word, meant });
  return ENVIRONMENT.test(word) ? value(word) : mistake({ code: 'invalid-environment', typed: word });
}

/** version = [ "v" ] semver without build metadata; the tag that comes out always has its `v`. */
export function parseVersion(word: string): Parsed<Tag> {
  const meant = withoutPunctuation(word);
  if (meant !== word) return mistake({ code: 'trailing-punctuation', typed: word, meant });
  const bare = word.replace(/^v/, '');
  const parsed = semver.parse(bare);
  if (parsed !== null && parsed.build.length > 0) {
    return mistake({ code: 'invalid-version', typed: word, cause: 'build-metadata' });
  }
  // semver trims and tolerates a lot. Only its own spelling is accepted.
  const tag = parsed?.version === bare ? parseTag(`v${bare}`) : null;
  return tag === null ? mistake({ code: 'invalid-version', typed: word, cause: 'not-semver' }) : value(tag);
}

/** Any text that is not blank, up to 500 characters. */
export function parseReason(text: string): Parsed<string> {
  const reason = text.trim();
  // Blanks of all kinds, and characters that nobody sees.
  if (withoutInvisible(reason).trim() === '') return mistake({ code: 'empty-reason' });
  const { length } = Array.from(reason);
  if (length > MAX_REASON_LENGTH) return mistake({ code: 'reason-too-long', length, limit: MAX_REASON_LENGTH });
  return value(reason);
}

/** One word without its backticks, if it has any; a full stop after it is a mistake even where a tag could hold it. */
export function parsePlainWord(word: string): Parsed<string> {
  const meant = withoutPunctuation(word);
  if (meant !== word) return mistake({ code: 'trailing-punctuation', typed: word, meant });
  const fenced = /^(`+)([^`]+)\1$/.exec(word)?.[2];
  if (fenced !== undefined) return parsePlainWord(fenced);
  const unbalanced = word.startsWith('`') || word.endsWith('`');
  return unbalanced ? mistake({ code: 'unbalanced-quote', opener: '`', closer: '`' }) : value(word);
}

type DigestOrTag = Extract<PlainSource, { kind: 'digest' | 'tag' }>;

function parseDigestOrTag(typed: string): Parsed<DigestOrTag> {
  if (/^sha\d+:/i.test(typed)) {
    const digest = typed.startsWith('sha256:') ? parseDigest(typed) : null;
    return digest === null ? mistake({ code: 'invalid-digest', typed }) : value({ kind: 'digest', digest });
  }
  const tag = parseTag(typed);
  return tag === null ? mistake({ code: 'invalid-tag', typed }) : value({ kind: 'tag', tag });
}
