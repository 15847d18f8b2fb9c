// Reads Markdown as GitHub would: tokens by a real parser, and what GitHub's own filters look for in rendered text.
import MarkdownIt from 'markdown-it';

const markdown = new MarkdownIt({ html: true, linkify: true });

/** The kinds of all inline tokens, each once. */
export function inlineKinds(source: string): ReadonlySet<string> {
  return new Set(inlineTokens(source).map(({ type }) => type));
}

/** The kinds of all block tokens that open or stand alone, each once. */
export function blockKinds(source: string): ReadonlySet<string> {
  const types = markdown.parse(source, {}).map(({ type }) => type);
  return new Set(types.filter((type) => type !== 'inline' && !type.endsWith('_close')));
}

/** The texts outside of code and links; where GitHub's filters look. */
export function plainTexts(source: string): readonly string[] {
  const depths = { link: 0 };
  return inlineTokens(source).flatMap((token) => {
    if (token.type === 'link_open') depths.link += 1;
    if (token.type === 'link_close') depths.link -= 1;
    return token.type === 'text' && depths.link === 0 ? [token.content] : [];
  });
}

/** All text as a reader sees it, code included. */
export function shownText(source: string): string {
  return inlineTokens(source)
    .map((token) => (token.type === 'softbreak' ? ' ' : token.content))
    .join('');
}

/** What GitHub would turn into something else in this text, or null. */
export function githubWouldLink(text: string): string | null {
  const forms: readonly RegExp[] = [
    /@[A-Za-z0-9]\S*/,
    /#\d+/,
    /\bGH-\d+/i,
    /\b[0-9a-f]{7,64}\b/i,
    /\b(?:https?|ftp):\/\/\S+/i,
    /\bwww\.\S+/i,
    /:[a-z0-9_+-]+:/i,
    /\$\S/,
  ];
  for (const form of forms) {
    const match = form.exec(text);
    if (match !== null) return match[0];
  }
  return null;
}

export function toHtml(source: string): string {
  return markdown.render(source);
}

function inlineTokens(source: string): readonly { readonly type: string; readonly content: string }[] {
  return markdown.parse(source, {}).flatMap(({ children }) => children ?? []);
}

/** The text with what other functions render named instead: their words have tests of their own. Each has to be there. */
export function withNamed(text: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((left, [name, part]) => {
    if (part === '' || !left.includes(part)) throw new Error(`there is no ${name} in:\n${left}`);
    return left.replace(part, () => `{${name}}`);
  }, text);
}

/** What would be turned into a link or a mention, outside of code and links. */
export function githubLinksIn(source: string): readonly string[] {
  return plainTexts(source).flatMap((text) => githubWouldLink(text) ?? []);
}
