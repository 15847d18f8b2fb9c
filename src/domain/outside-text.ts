// Text from outside, such as labels and error messages, cut to a length that is worth storing.
import { z } from 'zod';

export const MAX_TEXT_LENGTH = 1000;

/** A label's value may be megabytes long. */
export const outsideText = z.string().transform(shorten);

/** As many texts as have the length of one; `…` at the end stands for those that were left out. */
export const outsideTexts = z.array(outsideText).transform(shortenList).readonly();

function shorten(text: string): string {
  // One more for the mark: what was cut before is not cut again.
  return text.length > MAX_TEXT_LENGTH + 1 ? `${text.slice(0, MAX_TEXT_LENGTH)}…` : text;
}

function shortenList(texts: string[]): string[] {
  let length = 0;
  const kept = texts.filter((text) => (length += text.length) <= MAX_TEXT_LENGTH);
  return kept.length === texts.length ? texts : [...kept, '…'];
}
