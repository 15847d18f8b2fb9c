// The checks of an image, as a policy file sets them: limits, levels, labels, and the preset that makes all of them binding.
import { afterEach, expect, test } from 'vitest';
import type { StateKind } from '../../src/domain/promotion/promotion.ts';
import type { ImageOptions } from '../support/registry/images.ts';
import type { Conversation } from './conversation.ts';
import { beginUnder } from './policy-world.ts';

let talk: Conversation;
afterEach(async () => {
  await talk.world.end();
  await talk.world.close();
});

/** `fail size`: each outcome of a rule, whatever the platform. */
async function rulesOf({ promotion }: Conversation): Promise<readonly string[]> {
  return (await promotion()).findings.map(({ outcome, rule }) => `${outcome} ${rule}`);
}

type Row = readonly [name: string, policy: string, image: ImageOptions, state: StateKind, shown: readonly string[]];

test.each<Row>([
  ['a maximum that is smaller', 'size: { max: 110MB }', {}, 'checks-failed', ['fail size']],
  ['a maximum that only warns', 'size: { max: 110MB, level: warn }', {}, 'awaiting-approval', ['warn size']],
  ['no look at the size', 'size: { level: off }', { declaredLayerSizes: [3e9] }, 'awaiting-approval', ['no size']],
  ['a minimum that is larger', 'size: { min: 130MB }', {}, 'awaiting-approval', ['warn size']],
  ['fewer layers', 'layers: { max: 1 }', {}, 'checks-failed', ['fail layers']],
  ['no command, which only warns', 'command: warn', { cmd: null }, 'awaiting-approval', ['warn command']],
  ['a healthcheck that is wanted', 'healthcheck: fail', {}, 'checks-failed', ['fail healthcheck']],
  ['a healthcheck that nobody wants', 'healthcheck: off', {}, 'awaiting-approval', ['no healthcheck']],
  [
    'a healthcheck that is there',
    'healthcheck: fail',
    { healthcheck: ['CMD', '/ready'] },
    'awaiting-approval',
    ['pass healthcheck'],
  ],
  [
    'a label of the file that is missing',
    'labels: { level: fail, required: [org.opencontainers.image.licenses] }',
    {},
    'checks-failed',
    ['fail labels'],
  ],
])('%s', async (_name, validation, image, state, shown) => {
  talk = await beginUnder(`validation: { ${validation} }`, { image });
  await talk.request();
  expect(await talk.state()).toBe(state);
  const findings = await rulesOf(talk);
  const [unwanted, wanted] = [shown.filter(isUnwanted), shown.filter((each) => !isUnwanted(each))];
  expect(findings).toEqual(expect.arrayContaining(wanted));
  expect(findings.filter((finding) => unwanted.some((each) => finding.endsWith(each.slice(2))))).toEqual([]);
});

/** `no size`: no finding of that rule. */
function isUnwanted(shown: string): boolean {
  return shown.startsWith('no ');
}

test('preset: strict makes all checks binding', async () => {
  talk = await beginUnder('preset: strict', { image: { labels: {} } });
  await talk.request();
  expect(await talk.state()).toBe('checks-failed');
  expect(await rulesOf(talk)).toEqual(expect.arrayContaining(['fail healthcheck', 'fail source', 'fail revision']));
});

test('written keys override the preset', async () => {
  const policy =
    'preset: strict\nstaging: { deployed: off }\nvalidation: { healthcheck: off, labels: { level: warn } }\n';
  talk = await beginUnder(policy, { image: { labels: {} } });
  await talk.request();
  // What proves whose the image is, at its first promotion, is no matter of the policy.
  expect(await rulesOf(talk)).toEqual(expect.arrayContaining(['warn source', 'warn revision', 'fail image-owner']));
});

test('a wrong label fails at any level', async () => {
  const labels = { 'org.opencontainers.image.source': 'https://github.com/acme/other' };
  talk = await beginUnder('validation: { labels: { level: off } }', { image: { labels } });
  await talk.request();
  expect(await talk.state()).toBe('checks-failed');
  expect(await rulesOf(talk)).toContain('fail source');
});
