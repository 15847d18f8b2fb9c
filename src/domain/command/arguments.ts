// Reads what follows the verbs other than `/promote`; the grammar of a verb stands above its parser.
import { mistake, value, type CommandMistake, type Parsed } from './mistake.ts';
import { parseEnvironment, parsePromotionId, parseReason } from './values.ts';
import { readWords, splitFirstWord, withoutPunctuation, type Word } from './words.ts';

export type RejectArguments = { readonly id: number | null; readonly reason: string };

/** At most one of the two is given. */
export type StatusArguments = { readonly id: number | null; readonly environment: string | null };

/** approve, cancel = [ id ] */
export function parseIdArgument(text: string): Parsed<number | null> {
  const word = readOnlyWord(text);
  if (word.kind === 'mistake') return word;
  if (word.value === null) return value(null);
  return parsePromotionId(word.value) ?? mistake(surplus(word.value));
}

/** reject = [ id ] reason; the reason is free text to the end of the line, quotes and dashes included */
export function parseRejectArguments(text: string): Parsed<RejectArguments> {
  const first = splitFirstWord(text);
  if (first === null) return mistake({ code: 'missing-argument', argument: 'reason' });
  const id = parsePromotionId(first.word);
  if (id?.kind === 'mistake') return id;
  if (id !== null && first.rest === '') return mistake({ code: 'missing-argument', argument: 'reason' });
  const reason = parseReason(id === null ? text : first.rest);
  return reason.kind === 'mistake' ? reason : value({ id: id?.value ?? null, reason: reason.value });
}

/** status = [ id / environment ] */
export function parseStatusArguments(text: string): Parsed<StatusArguments> {
  const word = readOnlyWord(text);
  if (word.kind === 'mistake') return word;
  if (word.value === null) return value({ id: null, environment: null });
  const id = parsePromotionId(word.value);
  if (id !== null) return id.kind === 'mistake' ? id : value({ id: id.value, environment: null });
  const environment = parseEnvironment(word.value);
  return environment.kind === 'mistake' ? environment : value({ id: null, environment: environment.value });
}

/** help = nothing */
export function parseNoArguments(text: string): Parsed<null> {
  const word = readOnlyWord(text);
  if (word.kind === 'mistake') return word;
  return word.value === null ? value(null) : mistake(surplus(word.value));
}

/** The one bare word that a verb may take, or null when there is none. */
function readOnlyWord(text: string): Parsed<string | null> {
  const read = readWords(text);
  if (read.kind === 'mistake') return read;
  const [first, second] = read.value;
  if (first === undefined) return value(null);
  if (first.kind === 'flag') return mistake({ code: 'unknown-flag', typed: first.typed });
  if (first.kind === 'quoted') return mistake({ code: 'quoted-argument', typed: first.text });
  return second === undefined ? value(first.text) : mistake(explainSecond(second));
}

function explainSecond(word: Word): CommandMistake {
  return word.kind === 'flag' ? { code: 'unknown-flag', typed: word.typed } : surplus(word.text);
}

function surplus(typed: string): CommandMistake {
  const meant = withoutPunctuation(typed);
  return meant === '' ? { code: 'trailing-punctuation', typed, meant } : { code: 'surplus-argument', typed };
}
