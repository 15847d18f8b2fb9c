// Redacts credentials in a text: the known ones, and text in the form of GitHub's tokens.

/**
 * Each secret becomes `[secret]`, even if it was cut off: text that begins as it does is redacted too. So is any text in
 * the form of GitHub's tokens and keys.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  const known = secrets.filter((secret) => secret !== '').toSorted((left, right) => right.length - left.length);
  const redacted = known.reduce((rest, secret) => {
    const whole = rest.replaceAll(secret, MARK);
    return secret.length <= TELLING ? whole : redactPrefixes(whole, secret.slice(0, TELLING));
  }, text);
  return FORMS.reduce((rest, form) => rest.replace(form, MARK), redacted);
}

const MARK = '[secret]';
/** This many characters of a secret are no coincidence. */
const TELLING = 12;

/** Tokens of all kinds, of whatever length, also in base64; the JSON web tokens that an App makes; private keys. */
const FORMS: readonly RegExp[] = [
  /\b(?:gh[a-z]|github_pat)_[\w.-]{8,}/g,
  /\bZ2(?:h[v-z0-9]X|l0aHViX3Bhd)[\w+/=-]{8,}/g,
  /\beyJ[\w-]{8,}(?:\.[\w-]+){0,2}/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\w+/=\s\\]*(?:-----END [A-Z ]*PRIVATE KEY-----)?/g,
];

function redactPrefixes(text: string, beginning: string): string {
  const [first = '', ...parts] = text.split(beginning);
  return [first, ...parts.map((part) => part.replace(/^[\w.~+/=%-]*/, MARK))].join('');
}
