// Finds the lines of a comment that may be commands, and the one command that was hidden where none is read.
import { parseCommandLine, type CandidateLine } from '../domain/command.ts';
import { UNSEEN_CLASS } from '../domain/command/words.ts';
import { readInline, readMarkdown, type Block, type Container, type Markdown } from './markdown.ts';
import { findQuotedMail } from './quoted-mail.ts';
import { readRawHtml, type HtmlPiece, type RawHtml } from './raw-html.ts';

/** `line` is the command alone, as it should be written on its own line. */
export type CommandHint = {
  readonly line: string;
  readonly place: 'backticks' | 'html' | 'heading' | 'list' | 'quote';
};

export type CommandLines = {
  readonly lines: readonly CandidateLine[];
  /** The first command of ours that was not run and deserves an answer, or null. */
  readonly hint: CommandHint | null;
};

type Paragraph = Extract<Block, { kind: 'paragraph' }>;
/** A line, counted from 0, that would be a candidate in another place. */
type Suspect = CommandHint & { readonly number: number };
type Collected = {
  readonly pieces: HtmlPiece[];
  readonly candidates: CandidateLine[];
  readonly suspects: Suspect[];
};

/** Blanks of Unicode and characters without width are no indent of Markdown: nobody sees them before a command. */
const COMMAND_START = new RegExp(`^ {0,3}(?:[${UNSEEN_CLASS}] {0,3}){0,8}(?=/)`);

/**
 * A command is a source line of a top-level paragraph, at most three spaces in, whose raw text starts with `/`, outside
 * of code, links, raw HTML and what a mail program quoted. Takes any text, at most 65,536 characters from GitHub; never throws.
 */
export function readCommandLines(body: string): CommandLines {
  if (!body.includes('/')) return { lines: [], hint: null };
  const markdown = readMarkdown(body);
  const found: Collected = { pieces: [], candidates: [], suspects: [] };
  for (const block of markdown.blocks) readBlock(block, markdown, found);
  const html = readRawHtml(found.pieces, markdown.lines.length);
  const quoteBegins = found.candidates.length + found.suspects.length === 0 ? Infinity : findQuotedMail(markdown);
  const lines: CandidateLine[] = [];
  for (const candidate of found.candidates) {
    const number = candidate.line - 1;
    if (number >= quoteBegins) continue;
    if (!html.encloses(number) && !html.hides(number)) lines.push(candidate);
    else found.suspects.push({ number, line: candidate.text, place: 'html' });
  }
  const own = found.suspects.filter(({ number }) => number < quoteBegins);
  return { lines, hint: findBackticks(markdown) ?? findHint(own, html) };
}

function readBlock(block: Block, markdown: Markdown, found: Collected): void {
  switch (block.kind) {
    case 'enter':
    case 'leave':
      found.pieces.push(block);
      break;
    case 'html':
      found.pieces.push({ kind: 'tags', line: block.firstLine, text: block.text });
      suspectEveryLine(block, found);
      break;
    case 'heading':
      suspectEveryLine(block, found);
      break;
    case 'paragraph':
      readParagraph(block, markdown, found);
      break;
    case 'fence':
    case 'other':
      break;
  }
}

function readParagraph(block: Paragraph, { lines, env }: Markdown, found: Collected): void {
  const { firstLine, text, container } = block;
  if (!text.includes('/') && !text.includes('<')) return;
  const content = text.split('\n');
  const starts = content.flatMap((line, index) => (COMMAND_START.test(line) ? [index] : []));
  // Only what begins on an earlier line can hide the beginning of a line.
  const isPlain = starts.every((index) => index === 0) && !/<[/A-Za-z]/.test(text);
  const inline = isPlain ? null : readInline(text, env);
  for (const tag of inline?.tags ?? []) found.pieces.push({ kind: 'tags', line: firstLine + tag.line, text: tag.text });
  for (const index of starts) {
    const number = firstLine + index;
    if (container !== null) suspectLazyLine({ number, container, line: lines[number] ?? '' }, found);
    else if (inline?.freeLines.has(index) ?? true) {
      const next = index + 1 < content.length ? withoutIndent(lines[number + 1]) : null;
      found.candidates.push({ text: withoutIndent(lines[number]), line: number + 1, next });
    }
  }
}

/** The whole comment is one command in backticks: `/help`, or a fenced block of one line. */
function findBackticks({ blocks }: Markdown): CommandHint | null {
  const [block] = blocks;
  if (block === undefined || blocks.length > 1) return null;
  if (block.kind === 'fence') return block.markup.startsWith('`') ? hintAt('backticks', block.text) : null;
  const quoted = block.kind === 'paragraph' ? /^(`+)([^`]+)\1$/.exec(block.text)?.[2] : undefined;
  return quoted === undefined ? null : hintAt('backticks', quoted);
}

/** A line that begins outside of the list item or quote that Markdown counts it in. */
function suspectLazyLine(
  { number, line, container }: { readonly number: number; readonly line: string; readonly container: Container },
  found: Collected,
): void {
  const indent = COMMAND_START.exec(line)?.[0].length;
  const isLazy = indent !== undefined && (container.kind === 'quote' || indent < container.indent);
  if (isLazy) found.suspects.push({ number, line, place: container.kind });
}

function suspectEveryLine(block: Block & { kind: 'heading' | 'html' }, found: Collected): void {
  for (const [index, line] of block.text.split('\n').entries()) {
    if (line.includes('/')) found.suspects.push({ number: block.firstLine + index, line, place: block.kind });
  }
}

function findHint(suspects: readonly Suspect[], { hides }: RawHtml): CommandHint | null {
  const inOrder = suspects.filter(({ number }) => !hides(number)).toSorted((left, right) => left.number - right.number);
  for (const { line, place } of inOrder) {
    const hint = hintAt(place, line);
    if (hint !== null) return hint;
  }
  return null;
}

/** Null unless the text, freed of tags, is one line that names one of our verbs. */
function hintAt(place: CommandHint['place'], text: string): CommandHint | null {
  const line = (place === 'html' ? text.replaceAll(/<[^<>]*>/g, '') : text).trim();
  if (!line.startsWith('/') || line.includes('\n')) return null;
  const { kind } = parseCommandLine({ text: line, line: 1, next: null });
  return kind === 'command' || kind === 'mistake' ? { line, place } : null;
}

function withoutIndent(line = ''): string {
  return line.slice(COMMAND_START.exec(line)?.[0].length ?? 0).replace(/^ {1,3}/, '');
}
