// Reads what follows the verbs other than `/promote`; the grammar of a verb stands above its parser.
import { mistake, value, type CommandMistake, type Parsed } from './mistake.ts';
import { parseEnvironment, parsePromotionId, parseReason } from './values.ts';
import { readWords, splitFirstWord, withoutPunctuation, type Word } from './words.ts';

export type RejectArguments = { readonly id: number | null; readonly reason: string };

/** At most one of the two is given. */
export type StatusArguments = { readonly id: number | null; readonly environment: string | null };

/** approve, cancel = [ id ] */
export function parseIdArgument(text: string): Parsed<number | null> {
  return parseOnlyWord<number | null>(text, null, (word) => parsePromotionId(word) ?? mistake(surplus(word)));
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
  return parseOnlyWord<StatusArguments>(text, { id: null, environment: null }, (word) => {
    const id = parsePromotionId(word);
    if (id !== null) return id.kind === 'mistake' ? id : value({ id: id.value, environment: null });
    const environment = parseEnvironment(word);
    return environment.kind === 'mistake' ? environment : value({ id: null, environment: environment.value });
  });
}

/** help = nothing */
export function parseNoArguments(text: string): Parsed<null> {
  return parseOnlyWord(text, null, (word) => mistake(surplus(word)));
}

/** The one bare word that a verb may take; `absent` where there is none. */
function parseOnlyWord<T>(text: string, absent: T, parse: (word: string) => Parsed<T>): Parsed<T> {
  const read = readWords(text);
  if (read.kind === 'mistake') return read;
  const [first, second] = read.value;
  if (first === undefined) return value(absent);
  if (first.kind === 'flag') return mistake({ code: 'unknown-flag', typed: first.typed });
  if (first.kind === 'quoted') return mistake({ code: 'quoted-argument', typed: first.text });
  const parsed = parse(first.text);
  return parsed.kind === 'mistake' || second === undefined ? parsed : mistake(explainSecond(second));
}

function explainSecond(word: Word): CommandMistake {
  return word.kind === 'flag' ? { code: 'unknown-flag', typed: word.typed } : surplus(word.text);
}

function surplus(typed: string): CommandMistake {
  const meant = withoutPunctuation(typed);
  return meant === '' ? { code: 'trailing-punctuation', typed, meant } : { code: 'surplus-argument', typed };
}
