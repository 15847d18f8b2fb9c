// Decides how much detail a text can carry: GitHub refuses a body over its limit, so detail is dropped until it fits.

/** How much of what can grow without bound is shown. */
export type Detail = {
  readonly findings: number;
  readonly reviews: number;
  readonly tags: number;
  /** Characters of one text from outside. */
  readonly textLength: number;
};

const LEVELS: readonly Detail[] = [
  { findings: 200, reviews: 50, tags: 100, textLength: 500 },
  { findings: 100, reviews: 20, tags: 100, textLength: 200 },
  { findings: 50, reviews: 20, tags: 50, textLength: 100 },
  { findings: 15, reviews: 10, tags: 15, textLength: 60 },
  { findings: 0, reviews: 0, tags: 5, textLength: 40 },
];

/** The fullest text of at most `maxBytes` UTF-8 bytes: GitHub says characters, and bytes are never fewer. */
export function renderWithin(maxBytes: number, render: (detail: Detail) => string): string {
  for (const level of LEVELS) {
    const text = render(level);
    if (new TextEncoder().encode(text).length <= maxBytes) return text;
  }
  // The last level is bounded; a test holds it against the worst input we can think of.
  throw new Error(`no level of detail fits ${maxBytes} bytes`);
}
