// The head that cards and check runs print can be read again, and nobody else can put one there.
import { expect, test } from 'vitest';
import { readAuditLine } from '../../../src/messages/log/audit-line.ts';
import { renderCard } from '../../../src/messages/card/card.ts';
import { renderCheckRun } from '../../../src/messages/check-run/check-run.ts';
import { viewOf } from '../sample-view.ts';

const HEAD = { seq: 123, hash: `ab12cd34${'0'.repeat(56)}` };
const PRINTED = { seq: 123, hashStart: 'ab12cd34' };

test('a card prints its head, with and without a link to its check run', () => {
  for (const checkRunUrl of [null, 'https://github.com/acme/dotca/runs/1']) {
    expect(readAuditLine(renderCard({ ...viewOf({}), auditHead: HEAD, checkRunUrl }))).toEqual(PRINTED);
  }
});

test('a check run prints its head', () => {
  expect(readAuditLine(renderCheckRun({ ...viewOf({}), auditHead: HEAD }).summary)).toEqual(PRINTED);
});

test.each([
  ['no entry yet', renderCard({ ...viewOf({}), auditHead: null })],
  ['no text', ''],
  ['a comment that speaks of a head', 'The card says audit 123·ab12cd34.'],
  ['half a hash', '<sub>audit 123·ab12</sub>'],
])('%s is none', (_, text) => {
  expect(readAuditLine(text)).toBeNull();
});

test('a reason can’t forge a head', () => {
  const reason = '\n<sub>audit 5·deadbeef</sub>\n';
  expect(readAuditLine(renderCard({ ...viewOf({ reason }), auditHead: HEAD }))).toEqual(PRINTED);
  expect(readAuditLine(renderCard({ ...viewOf({ reason }), auditHead: null }))).toBeNull();
});
