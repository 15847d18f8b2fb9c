// Formats times, ages, digests, counts and lists, in the same way everywhere.
import type { Digest } from '../domain/image/reference.ts';
import { code } from './escape.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const SHORT_HEX_LENGTH = 12;

/** `2026-11-24 06:33 UTC`. */
export function formatTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** `5 minutes ago`; what lies in the future (clocks differ) is `just now`. */
export function formatAge(at: number, now: number): string {
  const ageMs = now - at;
  return ageMs < MINUTE_MS ? 'just now' : `${formatSpan(ageMs)} ago`;
}

/** `3 minutes`, in whole minutes, hours or days; never less than a minute. */
export function formatSpan(ms: number): string {
  if (ms < HOUR_MS) return plural(Math.max(1, Math.floor(ms / MINUTE_MS)), 'minute');
  return ms < DAY_MS ? plural(Math.floor(ms / HOUR_MS), 'hour') : plural(Math.floor(ms / DAY_MS), 'day');
}

/** `` `sha256:0123456789ab…` ``: enough to compare by eye, and visibly not the whole. */
export function shortDigest(digest: Digest): string {
  const hexAt = digest.indexOf(':') + 1;
  return code(`${digest.slice(0, hexAt + SHORT_HEX_LENGTH)}…`);
}

/** `1 rule`, `2 rules`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `2,500`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** Decimal units, as registries and GitHub show them: 1 MB = 10⁶ bytes. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  const value = bytes / 1000 ** power;
  return `${Number(value.toFixed(value < 10 && power > 0 ? 2 : 0))} ${units[power]}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listWords(words: readonly string[], last: 'and' | 'or' = 'and'): string {
  if (words.length <= 1) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1) ?? ''}`;
}

/** First letter in upper case. */
export function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Code words of a list, the first `max` of them, and how many more there are. */
export function codeList(texts: readonly string[], { max }: { readonly max: number }): string {
  const shown = texts.slice(0, max).map((text) => code(text));
  const rest = texts.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : listWords(shown);
}
