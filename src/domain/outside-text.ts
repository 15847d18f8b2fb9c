// Text from outside, such as labels and error messages: without credentials, cut to a length that is worth storing.
import { z } from 'zod';

export const MAX_TEXT_LENGTH = 1000;

/** A label's value may be megabytes long. */
export const outsideText = z.string().transform(shorten);

/** As many texts as have the length of one; `…` at the end stands for those that were left out. */
export const outsideTexts = z.array(outsideText).transform(shortenList).readonly();

function shorten(whole: string): string {
  const text = withoutCredentials(whole);
  // One more for the mark: what was cut before is not cut again.
  return text.length > MAX_TEXT_LENGTH + 1 ? `${text.slice(0, MAX_TEXT_LENGTH)}…` : text;
}

function shortenList(whole: string[]): string[] {
  const texts = whole.map(withoutCredentials);
  let length = 0;
  const kept = texts.filter((text) => (length += text.length) <= MAX_TEXT_LENGTH);
  return kept.length === texts.length ? texts : [...kept, '…'];
}

/** What stands in place of a credential. */
export const SECRET_MARK = '[secret]';

/** With `[secret]` in place of each GitHub token, JSON web token and private key, and of each password in a URL. */
export function withoutCredentials(text: string): string {
  return withoutTokens(text).replace(URL_PASSWORD, `://$1:${SECRET_MARK}@`);
}

/** With `[secret]` in place of whatever has the form of GitHub's tokens and keys. */
export function withoutTokens(text: string): string {
  return TOKEN_FORMS.reduce((rest, form) => rest.replace(form, SECRET_MARK), text);
}

/**
 * `scheme://user:password@`; not one that is `[secret]` already. It begins with `://`, which text seldom holds: begun with
 * the scheme, it would be tried at each letter of a label of megabytes.
 */
const URL_PASSWORD = /:\/\/(?<=[a-z][a-z0-9+.-]{0,30}:\/\/)([^\s/?#:@]{0,200}):(?!\[secret\]@)[^\s/?#@]{1,500}@/gi;

/**
 * Tokens of all kinds, of whatever length, also in base64; the JSON web tokens that an App makes; private keys. Not `{8,}`:
 * unlike `*`, it needs stack for each character, and eight megabytes of them end in a RangeError.
 */
const TOKEN_FORMS: readonly RegExp[] = [
  /\b(?:gh[a-z]|github_pat)_[\w.-]{8}[\w.-]*/g,
  /\bZ2(?:h[v-z0-9]X|l0aHViX3Bhd)[\w+/=-]{8}[\w+/=-]*/g,
  /\beyJ[\w-]{8}[\w-]*(?:\.[\w-]+){0,2}/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\w+/=\s\\]*(?:-----END [A-Z ]*PRIVATE KEY-----)?/g,
];
