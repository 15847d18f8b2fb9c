// The picture of a card in README shows what the App writes today; scripts/render-card.ts makes it anew.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  CARD_MARKDOWN,
  CARD_PICTURE,
  cardMarkdown,
  PAGE_KEYWORD,
  pageId,
  withoutChance,
} from '../../scripts/render-card.ts';
import { textsOf } from '../../scripts/png.ts';

const picture = readFileSync(CARD_PICTURE);

const markdown = readFileSync(CARD_MARKDOWN, 'utf8');

test('docs/images/card.md is the card that the App writes in the demo', { timeout: 120_000 }, async () => {
  expect(withoutChance(markdown)).toBe(withoutChance(await cardMarkdown()));
});

test('only random values are ignored', () => {
  const card = 'P1 2026-11-24 06:33 UTC `staging-abc1234` `sha256:4b1d5f0c9a7e…` 230 MB decade';
  expect(withoutChance(card)).toBe('P1 <time> `staging-<id>` `sha256:<id>…` 230 MB decade');
});

test('docs/images/card.png was made from it', () => {
  expect(textsOf(picture).get(PAGE_KEYWORD)).toBe(pageId(markdown));
});

test('the picture is sharp on any screen, and small', () => {
  // Twice the width that it is shown with.
  expect(picture.readUInt32BE(16)).toBe(1760);
  expect(picture.length).toBeLessThan(200_000);
});

test('README shows the picture, and its text describes it', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const alt = /!\[([^\]]+)\]\(docs\/images\/card\.png\)/.exec(readme)?.[1]?.replaceAll('\n', ' ') ?? '';
  const [, number = '?', source = '?'] = /^### ● (P\d+) · `(staging-[0-9a-f]{7})`/m.exec(markdown) ?? [];
  const onIt = [number, source, 'production', 'Waiting for approval', `/approve ${number}`];
  expect(onIt.filter((words) => !alt.includes(words))).toEqual([]);
});
