// Makes the picture of a card that the README shows, from what the App writes: node scripts/render-card.ts
// The answer is docs/images/card.md and, by a headless Chromium, docs/images/card.png. A test compares them with the code.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import MarkdownIt from 'markdown-it';
import { parseCommitSha, parseDigest } from '../src/domain/image/reference.ts';
import { renderCard } from '../src/messages/card/card.ts';
import { IMAGE, must, tagOf, viewOf } from '../test/messages/sample-view.ts';
import { CARD_STYLE } from './card-style.ts';
import { shrinkPng } from './png.ts';

export const CARD_MARKDOWN = new URL('../docs/images/card.md', import.meta.url);
export const CARD_PICTURE = new URL('../docs/images/card.png', import.meta.url);
/** The keyword in the picture behind which it says which page it shows. */
export const PAGE_KEYWORD = 'imprimatur-page';

if (import.meta.main) await renderPicture();

/** The comment as the App posts it: the card of a promotion that waits for approval. */
export function cardMarkdown(): string {
  const old = must(parseDigest('sha256:e7c2915b40af83d61f5e0c92a7b4d8360e15fc79a2b46d80e3719f5c24ab60d8'));
  const digest = must(parseDigest('sha256:4b1d5f0c9a7e3826d0c4f1b95a7e638204cd8f1b6e0a9573c2d84f61b09ae753'));
  const commit = must(parseCommitSha('abc1234d0f6e5b7a89c3210fedcba9876543210f'));
  const commitTag = tagOf('staging-abc1234');
  const card = renderCard(
    viewOf({
      images: [{ repository: IMAGE, digest, commit, commitTag, platforms: ['linux/amd64', 'linux/arm64'] }],
      moves: [
        { kind: 'rollback', repository: IMAGE, slug: 'release', digest: old },
        { kind: 'permanent', repository: IMAGE, tag: tagOf('main-staging-abc1234'), baseline: null, digest },
        { kind: 'floating', repository: IMAGE, tag: tagOf('main'), baseline: old, digest },
        { kind: 'floating', repository: IMAGE, tag: tagOf('latest'), baseline: old, digest },
      ],
    }),
  );
  return `${card.trim()}\n`;
}

/** What tells one page from another: the SHA-256 of its HTML, style and all. */
export function pageId(): string {
  return createHash('sha256').update(cardPage()).digest('hex');
}

function cardPage(): string {
  const body = new MarkdownIt({ html: true }).render(cardMarkdown());
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
  await writeFile(CARD_MARKDOWN, cardMarkdown());
  const folder = await mkdtemp(join(tmpdir(), 'imprimatur-card-'));
  try {
    const page = join(folder, 'card.html');
    const picture = join(folder, 'card.png');
    await writeFile(page, cardPage());
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
    await writeFile(CARD_PICTURE, shrinkPng(await readFile(picture), { keyword: PAGE_KEYWORD, value: pageId() }));
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
