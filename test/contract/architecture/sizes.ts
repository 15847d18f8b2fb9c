// Finds what has grown too large: folders, files and functions. Prettier's indentation tells where a function ends.
import { posix } from 'node:path';

const MAX_FILES = 15;
const MAX_FILE_LINES = 300;
const MAX_FUNCTION_LINES = 80;

/** `paths` are below src/. */
export function findWideFolders(paths: readonly string[]): readonly string[] {
  const folders = Map.groupBy(paths, (path) => posix.dirname(path));
  return [...folders]
    .filter(([, files]) => files.length > MAX_FILES)
    .map(([folder, files]) => `${folder}/ holds ${files.length} files directly; ${MAX_FILES} are allowed`);
}

export function findSizeBreaches(path: string, text: string): readonly string[] {
  const lines = text.replace(/\n$/, '').split('\n').length;
  const tooLong = lines > MAX_FILE_LINES ? [`${path}: ${lines} lines; ${MAX_FILE_LINES} are allowed`] : [];
  const functions = measureFunctions(text)
    .filter(({ length }) => length > MAX_FUNCTION_LINES)
    .map(({ line, length }) => `${path}:${line}: a function of ${length} lines; ${MAX_FUNCTION_LINES} are allowed`);
  return [...tooLong, ...functions];
}

/** `line` counts from 1 and is where the function's signature begins. */
type MeasuredFunction = { readonly line: number; readonly length: number };

/** Declarations, methods, and arrow functions with or without a name. */
function measureFunctions(text: string): readonly MeasuredFunction[] {
  const lines = blankTexts(text).split('\n');
  return lines.flatMap((line, at) => {
    const trimmed = line.trim();
    const start = signatureStart(lines, at);
    const isSignature = isFunctionHead(lines[start]?.trim() ?? '', trimmed);
    if (!isSignature) return [];
    const end = trimmed.endsWith('=>') ? endOfExpression(lines, at) : endOfBlock(lines, at);
    return [{ line: start + 1, length: end - start + 1 }];
  });
}

const KEYWORD = /^(?:if|for|while|switch|catch|return|throw|else|await|new|do|try|yield)\b/;
const METHOD = /^(?:(?:static|async|override|protected|private|public|get|set) )*\*?\[?#?[\w$.'-]+\]?(?:<.*>)?\(/;

/** `head` begins the signature, `tail` ends it. */
function isFunctionHead(head: string, tail: string): boolean {
  if (/=> ?\(?[{[]$|=> \($|=>$/.test(tail)) return true;
  if (!tail.endsWith('{') || KEYWORD.test(head) || head.startsWith('}')) return false;
  return /^(?:export )?(?:default )?(?:async )?function\b/.test(head) || METHOD.test(head);
}

/** Parameters over several lines end in a line that begins with a bracket, as far in as the one that they began in. */
function signatureStart(lines: readonly string[], end: number): number {
  const line = lines[end] ?? '';
  if (!/^\s*(?:\)|\}: |\}\): |\}\) )/.test(line) || !/(?:\{|=>|\(|\[)$/.test(line)) return end;
  const indent = indentOf(line);
  for (let at = end - 1; at >= 0; at -= 1) {
    const before = lines[at] ?? '';
    if (before.trim() !== '' && indentOf(before) === indent && !/^\s*[)}\]]/.test(before)) return at;
  }
  return end;
}

function endOfBlock(lines: readonly string[], start: number): number {
  const indent = indentOf(lines[start] ?? '');
  const end = lines.findIndex((line, at) => at > start && indentOf(line) === indent && /^\s*[)}\]]/.test(line));
  return end === -1 ? lines.length - 1 : end;
}

function endOfExpression(lines: readonly string[], start: number): number {
  const indent = indentOf(lines[start] ?? '');
  const next = lines.findIndex((line, at) => at > start && line.trim() !== '' && indentOf(line) <= indent);
  return (next === -1 ? lines.length : next) - 1;
}

function indentOf(line: string): number {
  return line.trim() === '' ? Infinity : line.length - line.trimStart().length;
}

const TEXTS = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\/.*|\/\*[\s\S]*?\*\//g;

/** Texts and comments may look like code: only their lines stay. */
function blankTexts(text: string): string {
  return text.replace(TEXTS, (part) => (/^['"]/.test(part) ? "''" : '\n'.repeat(part.split('\n').length - 1)));
}
