// Makes the picture of a card that the README shows, from what the App writes in the demo: node scripts/render-card.ts
// The answer is docs/images/card.md and, by a headless Chromium, docs/images/card.png. A test compares them with the code.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import MarkdownIt from 'markdown-it';
import { CARD_STYLE } from './card-style.ts';
import { shrinkPng } from './png.ts';

export const CARD_MARKDOWN = new URL('../docs/images/card.md', import.meta.url);
export const CARD_PICTURE = new URL('../docs/images/card.png', import.meta.url);
/** The keyword in the picture behind which it says which page it shows. */
export const PAGE_KEYWORD = 'imprimatur-page';

if (import.meta.main) await renderPicture();

/** The comment as the App posts it in the demo: the card of a promotion that waits for approval. */
export async function cardMarkdown(): Promise<string> {
  const folder = fileURLToPath(new URL('..', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['demo/run.ts', '--card'], { cwd: folder });
  // The registry of the demo has a port that chance chose.
  return stdout.replaceAll(/\b127\.0\.0\.1:\d+\//g, 'ghcr.io/');
}

/** The card without what differs from one run of the demo to the next. */
export function withoutChance(markdown: string): string {
  return markdown
    .replaceAll(/\b\d{4}-\d{2}-\d{2} \d{2}:\d{2} UTC/g, '<time>')
    .replaceAll(/\b[0-9a-f]{7,64}\b/g, '<id>');
}

/** What tells one page from another: the SHA-256 of its HTML, style and all. */
export function pageId(markdown: string): string {
  return createHash('sha256').update(cardPage(markdown)).digest('hex');
}

function cardPage(markdown: string): string {
  const body = new MarkdownIt({ html: true }).render(markdown);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>A card</title>
<style>${CARD_STYLE}</style>
<div class="thread">
<div class="face">I</div>
<div class="comment">
<div class="head"><b>imprimatur</b> <span class="label">bot</span> commented now</div>
<div class="body">${body}</div>
</div>
</div>
<script>document.documentElement.dataset.height = Math.ceil(document.body.getBoundingClientRect().height)</script>
</html>
`;
}

async function renderPicture(): Promise<void> {
  const markdown = await cardMarkdown();
  await writeFile(CARD_MARKDOWN, markdown);
  const folder = await mkdtemp(join(tmpdir(), 'imprimatur-card-'));
  try {
    const page = join(folder, 'card.html');
    const picture = join(folder, 'card.png');
    await writeFile(page, cardPage(markdown));
    const { href } = pathToFileURL(page);
    const dom = await runChromium(folder, ['--dump-dom', href]);
    const height = /data-height="(\d+)"/.exec(dom)?.[1];
    if (height === undefined) throw new Error('Chromium did not measure the card');
    await runChromium(folder, [
      '--force-device-scale-factor=2',
      `--window-size=880,${height}`,
      `--screenshot=${picture}`,
      href,
    ]);
    await writeFile(
      CARD_PICTURE,
      shrinkPng(await readFile(picture), { keyword: PAGE_KEYWORD, value: pageId(markdown) }),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runChromium(folder: string, words: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('chromium', [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--hide-scrollbars',
    '--disable-background-networking',
    '--no-first-run',
    `--user-data-dir=${join(folder, 'profile')}`,
    ...words,
  ]);
  return stdout;
}
