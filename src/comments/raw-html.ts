// Decides which lines of a comment stand inside raw HTML, which Markdown itself forgets at the next blank line.

/** In document order. `tags`: raw HTML that begins on `line` (from 0); `enter` and `leave` surround quotes and list items. */
export type HtmlPiece =
  { readonly kind: 'tags'; readonly line: number; readonly text: string } | { readonly kind: 'enter' | 'leave' };

/** Both ask about the beginning of a line, counted from 0. */
export type RawHtml = {
  /** Between a tag and its closing tag. */
  readonly encloses: (line: number) => boolean;
  /** Inside a comment, a declaration or a processing instruction: it is invisible. */
  readonly hides: (line: number) => boolean;
};

/** The lines that begin after something opened on line `after`, up to the line on which it closes. */
type LineRange = { readonly after: number; readonly upTo: number };
type HtmlEvent =
  | { readonly kind: 'open' | 'close'; readonly name: string; readonly line: number }
  | ({ readonly kind: 'unseen' } & LineRange)
  | { readonly kind: 'enter' | 'leave' };

// Left open, these swallow all that follows; another tag without its end is a slip (`<b>`) or a placeholder (`<name>`).
const SWALLOWING: ReadonlySet<string> = new Set(
  'article aside blockquote center details div dl figure form h1 h2 h3 h4 h5 h6 ol pre section summary table ul'.split(
    ' ',
  ),
);
// Where the search for the closer starts: `<!-->` is a whole comment.
const UNSEEN = [
  { opener: '<!--', closer: '-->', skip: 2 },
  { opener: '<?', closer: '?>', skip: 2 },
  { opener: '<!', closer: '>', skip: 2 },
] as const;
// No `<` outside of quotes: that keeps the time linear for a body full of unfinished tags.
const TAG = /<(\/?)([A-Za-z][^\s/<>]*)(?=[\s/>])(?:[^<>"']|"[^"]*"|'[^']*')*>/y;

/** Follows tags much as a browser does: a closing tag closes all that was opened inside; time is linear in the text. */
export function readRawHtml(pieces: readonly HtmlPiece[], lineCount: number): RawHtml {
  const enclosed: LineRange[] = [];
  const hidden: LineRange[] = [];
  const open: { readonly name: string; readonly line: number }[] = [];
  const openByName = new Map<string, number>();
  const depths: number[] = [];
  const popTag = (): { readonly name: string; readonly line: number } | undefined => {
    const tag = open.pop();
    if (tag !== undefined) openByName.set(tag.name, (openByName.get(tag.name) ?? 0) - 1);
    return tag;
  };
  for (const event of readEvents(pieces, lineCount)) {
    if (event.kind === 'unseen') hidden.push(event);
    if (event.kind === 'enter') depths.push(open.length);
    if (event.kind === 'leave') {
      const depth = depths.pop() ?? 0;
      while (open.length > depth) popTag();
    }
    if (event.kind === 'open') {
      open.push(event);
      openByName.set(event.name, (openByName.get(event.name) ?? 0) + 1);
    }
    if (event.kind === 'close' && (openByName.get(event.name) ?? 0) > 0) {
      let closed = popTag();
      while (closed !== undefined && closed.name !== event.name) closed = popTag();
      enclosed.push({ after: closed?.line ?? event.line, upTo: event.line });
      depths.splice(0, depths.length, ...depths.map((depth) => Math.min(depth, open.length)));
    }
  }
  for (const { name, line } of open) if (SWALLOWING.has(name)) enclosed.push({ after: line, upTo: lineCount });
  return { encloses: coverage(enclosed, lineCount), hides: coverage(hidden, lineCount) };
}

function* readEvents(pieces: readonly HtmlPiece[], lineCount: number): Generator<HtmlEvent> {
  let awaited: { readonly closer: string; readonly line: number } | null = null;
  for (const piece of pieces) {
    if (piece.kind !== 'tags') {
      yield piece;
      continue;
    }
    const { text } = piece;
    const lineOf = lineCounter(piece.line, text);
    let at = 0;
    while (at < text.length) {
      if (awaited !== null) {
        const end: number = text.indexOf(awaited.closer, at);
        // A browser searches for the end in what follows, whatever Markdown made of it.
        if (end === -1) break;
        yield { kind: 'unseen', after: awaited.line, upTo: lineOf(end) };
        at = end + awaited.closer.length;
        awaited = null;
      }
      at = text.indexOf('<', at);
      if (at === -1) break;
      const from = at;
      const unseen = UNSEEN.find(({ opener }) => text.startsWith(opener, from));
      if (unseen !== undefined) {
        awaited = { closer: unseen.closer, line: lineOf(at) };
        at += unseen.skip;
        continue;
      }
      TAG.lastIndex = at;
      const [tag = '<', slash, name] = TAG.exec(text) ?? [];
      if (name !== undefined) {
        yield { kind: slash === '/' ? 'close' : 'open', name: name.toLowerCase(), line: lineOf(at) };
      }
      at += tag.length;
    }
  }
  if (awaited !== null) yield { kind: 'unseen', after: awaited.line, upTo: lineCount };
}

/** The line of an offset; offsets must be asked for in rising order. */
function lineCounter(firstLine: number, text: string): (offset: number) => number {
  const ends = Array.from(text.matchAll(/\n/g), ({ index }) => index);
  let passed = 0;
  return (offset) => {
    while ((ends[passed] ?? Infinity) < offset) passed += 1;
    return firstLine + passed;
  };
}

function coverage(ranges: readonly LineRange[], lineCount: number): (line: number) => boolean {
  const steps = new Int32Array(lineCount + 2);
  for (const { after, upTo } of ranges) {
    steps[after + 1] = (steps[after + 1] ?? 0) + 1;
    steps[upTo + 1] = (steps[upTo + 1] ?? 0) - 1;
  }
  let depth = 0;
  const covered = Array.from(steps, (step) => (depth += step) > 0);
  return (line) => covered[line] ?? false;
}
