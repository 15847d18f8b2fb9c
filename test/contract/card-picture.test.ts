// The picture of a card in README shows what the App writes today; scripts/render-card.ts makes it anew.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CARD_MARKDOWN, CARD_PICTURE, cardMarkdown, PAGE_KEYWORD, pageId } from '../../scripts/render-card.ts';
import { textsOf } from '../../scripts/png.ts';

const picture = readFileSync(CARD_PICTURE);

test('docs/images/card.md is the card that the App writes', () => {
  expect(readFileSync(CARD_MARKDOWN, 'utf8')).toBe(cardMarkdown());
});

test('docs/images/card.png was made from it', () => {
  expect(textsOf(picture).get(PAGE_KEYWORD)).toBe(pageId());
});

test('the picture is sharp on any screen, and small', () => {
  // Twice the width that it is shown with.
  expect(picture.readUInt32BE(16)).toBe(1760);
  expect(picture.length).toBeLessThan(200_000);
});

test('README shows the picture, and says in words what is on it', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const alt = /!\[([^\]]+)\]\(docs\/images\/card\.png\)/.exec(readme)?.[1]?.replaceAll('\n', ' ') ?? '';
  const onIt = ['P12', 'staging-abc1234', 'production', 'Waiting for approval', '/approve P12', 'audit 123'];
  expect(onIt.filter((words) => !alt.includes(words))).toEqual([]);
});
