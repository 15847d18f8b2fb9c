// Finds the lines of a comment that may be commands, and the one command that was hidden where none is read.
import { parseCommandLine, type CandidateLine } from '../domain/command.ts';
import { readInline, readMarkdown, type Block, type Container, type Markdown } from './markdown.ts';
import { readRawHtml, type HtmlPiece, type RawHtml } from './raw-html.ts';

/** `line` is the command alone, as it should stand on a line of its own. */
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
/** A line, counted from 0, that would be a candidate if it stood elsewhere. */
type Suspect = CommandHint & { readonly number: number };
type ReadBlock = {
  readonly pieces: readonly HtmlPiece[];
  readonly candidates: readonly CandidateLine[];
  readonly suspects: readonly Suspect[];
};

const NOTHING: ReadBlock = { pieces: [], candidates: [], suspects: [] };
const COMMAND_START = /^ {0,3}(?=\/)/;

/**
 * A command is a source line of a top-level paragraph, at most three spaces in, whose raw text starts with `/`, outside
 * of code, links and raw HTML. Takes any text, at most 65,536 characters from GitHub; never throws.
 */
export function readCommandLines(body: string): CommandLines {
  if (!body.includes('/')) return { lines: [], hint: null };
  const markdown = readMarkdown(body);
  const blocks = markdown.blocks.map((block) => readBlock(block, markdown));
  const candidates = blocks.flatMap((block) => block.candidates);
  const html = readRawHtml(
    blocks.flatMap((block) => block.pieces),
    markdown.lines.length,
  );
  const isOutside = ({ line }: CandidateLine): boolean => !html.encloses(line - 1) && !html.hides(line - 1);
  const enclosed = candidates.filter((candidate) => !isOutside(candidate));
  const suspects = [
    ...blocks.flatMap((block) => block.suspects),
    ...enclosed.map(({ line, text }) => ({ number: line - 1, line: text, place: 'html' }) as const),
  ];
  return { lines: candidates.filter(isOutside), hint: findBackticks(markdown) ?? findHint(suspects, html) };
}

function readBlock(block: Block, markdown: Markdown): ReadBlock {
  switch (block.kind) {
    case 'enter':
    case 'leave':
      return { ...NOTHING, pieces: [block] };
    case 'html': {
      const piece = { kind: 'tags', line: block.firstLine, text: block.text } as const;
      return { ...NOTHING, pieces: [piece], suspects: suspectEveryLine(block) };
    }
    case 'heading':
      return { ...NOTHING, suspects: suspectEveryLine(block) };
    case 'paragraph':
      return readParagraph(block, markdown);
    case 'fence':
    case 'other':
      return NOTHING;
  }
}

function readParagraph(block: Paragraph, { lines, env }: Markdown): ReadBlock {
  const { firstLine, text, container } = block;
  if (!/[/<]/.test(text)) return NOTHING;
  const content = text.split('\n');
  const commandLines = content.flatMap((line, index) => (COMMAND_START.test(line) ? [index] : []));
  // Only what begins on an earlier line can hide the beginning of a line.
  const isPlain = !text.includes('<') && commandLines.every((index) => index === 0);
  const inline = isPlain ? null : readInline(text, env);
  const tags = inline?.tags ?? [];
  const pieces = tags.map((tag) => ({ kind: 'tags', line: firstLine + tag.line, text: tag.text }) as const);
  if (container !== null) return { pieces, candidates: [], suspects: suspectLazyLines(block, container, lines) };
  const candidates = commandLines
    .filter((index) => inline?.freeLines.has(index) ?? true)
    .map((index) => ({
      text: withoutIndent(lines[firstLine + index]),
      line: firstLine + index + 1,
      next: index + 1 < content.length ? withoutIndent(lines[firstLine + index + 1]) : null,
    }));
  return { ...NOTHING, pieces, candidates };
}

/** The whole comment is one command in backticks: `/help`, or a fenced block of one line. */
function findBackticks({ blocks }: Markdown): CommandHint | null {
  const [block] = blocks;
  if (block === undefined || blocks.length > 1) return null;
  if (block.kind === 'fence') return block.markup.startsWith('`') ? hintAt('backticks', block.text) : null;
  const quoted = block.kind === 'paragraph' ? /^(`+)([^`]+)\1$/.exec(block.text)?.[2] : undefined;
  return quoted === undefined ? null : hintAt('backticks', quoted);
}

/** Lines that begin outside of the list item or quote that Markdown counts them in. */
function suspectLazyLines(block: Paragraph, container: Container, lines: readonly string[]): readonly Suspect[] {
  return block.text.split('\n').flatMap((_, index) => {
    const number = block.firstLine + index;
    const line = lines[number] ?? '';
    const indent = COMMAND_START.exec(line)?.[0].length;
    const isLazy = indent !== undefined && (container.kind === 'quote' || indent < container.indent);
    return isLazy ? [{ number, line, place: container.kind }] : [];
  });
}

function suspectEveryLine(block: Block & { kind: 'heading' | 'html' }): readonly Suspect[] {
  const { kind, firstLine, text } = block;
  return text.split('\n').map((line, index) => ({ number: firstLine + index, line, place: kind }));
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
  return line.replace(/^ {1,3}/, '');
}
