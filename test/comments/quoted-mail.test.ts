// Answers by mail: what the mail program quoted is not the person's own, what stands above it is.
import { describe, expect, test } from 'vitest';
import { readCommandLines } from '../../src/comments/command-lines.ts';

const texts = (body: string): readonly string[] => readCommandLines(body).lines.map(({ text }) => text);
const QUOTED = ['', '/approve P12', '', 'Reply to this email directly'];
const joined = (...lines: readonly string[]): string => lines.join('\n');

const BEGINNINGS: readonly (readonly [name: string, lines: readonly string[]])[] = [
  ['Outlook', ['-----Original Message-----']],
  ['Outlook with blanks', ['  ----- Original Message -----  ']],
  ['Outlook in German', ['-----Ursprüngliche Nachricht-----']],
  ['Outlook in French', ["-----Message d'origine-----"]],
  ['Outlook in French with a typographic apostrophe', ['-----Message d’origine-----']],
  ['Outlook in Spanish', ['-----Mensaje original-----']],
  ['Outlook in Italian', ['-----Messaggio originale-----']],
  ['Outlook in Dutch', ['-----Oorspronkelijk bericht-----']],
  ['Outlook in Swedish', ['-----Ursprungligt meddelande-----']],
  ['Outlook in Russian', ['-----Исходное сообщение-----']],
  ['Outlook in Chinese', ['-----原始邮件-----']],
  ['a forward', ['---------- Forwarded message ---------']],
  ['a rule of underscores and From:', ['________________________________', 'From: Ada <ada@example.org>']],
  ['a rule of dashes and From:', ['-----', 'From: ada']],
  ['a rule, a blank line and From: in bold', ['________________________________', '', '**From:** Ada']],
  ['a rule and Von:', ['________________________________', 'Von: Ada']],
  ['a rule and De :', ['________________________________', 'De : Ada']],
  ['a rule and Da:', ['________________________________', 'Da: Ada']],
  ['a rule and Van:', ['________________________________', 'Van: Ada']],
  ['a rule and Från:', ['________________________________', 'Från: Ada']],
  ['a rule and 发件人：', ['________________________________', '发件人：Ada']],
  ['header lines without a rule', ['From: Ada', 'Sent: Monday', 'To: Bob', 'Subject: Re: P12']],
  ['header lines in German', ['Von: Ada', 'Gesendet: Montag', 'An: Bob', 'Betreff: AW: P12']],
  ['Gmail without >', ['On Mon, Nov 24, 2026 at 10:00 AM Ada <notifications@github.com> wrote:']],
  ['Gmail wrapped', ['On Mon, Nov 24, 2026 at 10:00 AM Ada Lovelace', '<notifications@github.com>', 'wrote:']],
  ['Gmail in German', ['Am Mo., 24. Nov. 2026 um 10:00 Uhr schrieb Ada <notifications@github.com>:']],
  ['Gmail in French', ['Le lun. 24 nov. 2026 à 10:00, Ada <notifications@github.com> a écrit :']],
  ['Gmail in Russian', ['пн, 24 нояб. 2026 г. в 10:00, Ada <notifications@github.com>:']],
  ['Gmail in Japanese', ['2026年11月24日(火) 10:00 Ada <notifications@github.com>:']],
  ['Apple Mail without an address', ['On 24 Nov 2026, at 10:00, Ada wrote:']],
  ['Zoho', ['---- On Mon, 24 Nov 2026 10:00:00 +0100 Ada <notifications@github.com> wrote ----']],
  ['Zoho without an address', ['---- On Mon, 24 Nov 2026 10:00:00 +0100 Ada wrote ---']],
  ['Zoho wrapped', ['---- On Mon, 24 Nov 2026 10:00:00 +0100 Ada', '<notifications@github.com> wrote ----']],
  ['Zoho in German', ['---- Am Mo, 24 Nov 2026 10:00:00 +0100 schrieb Ada <notifications@github.com> ----']],
  ['Zoho in French', ['---- Le lun., 24 nov. 2026 10:00:00 +0100 Ada a écrit ----']],
  ['Zoho, forwarding', ['============ Forwarded message ============']],
  ['Zimbra', ['----- On 24 Nov, 2026, at 10:00, Ada ada@example.org wrote:']],
  ['Notes', ['-----Ada Lovelace <ada@example.org> wrote: -----']],
  ['Notes without an address', ['-----Ada Lovelace/Acme wrote: -----']],
  ['Tuta', ['24 Nov 2026, 10:00 by notifications@github.com:']],
  ['GroupWise', ['>>> Ada <ada@example.org> 24.11.2026 10:00 >>>']],
  ['Yandex Mail', ['24.11.2026, 10:00, "Ada" <notifications@github.com>:']],
  ['The Bat!', ['Monday, November 24, 2026, 10:00:00 AM, you wrote:']],
  ['Apple Mail in German', ['Am 24.11.2026 um 10:00 schrieb Ada:']],
  ['T-Online', ['-----Original-Nachricht-----']],
  ['Zimbra in German', ['----- Ursprüngliche Mail -----']],
  ['Zimbra in French', ['----- Mail original -----']],
  ['NetEase', ['---- Replied Message ----', '| From | Ada |']],
  ['NetEase in Chinese', ['---- 回复的原邮件 ----']],
  ['QQ Mail', ['------------------&nbsp;原始邮件&nbsp;------------------']],
  ['Gnus, without a date', ['Ada <notifications@github.com> writes:']],
  ['a hidden address in Russian', ['пн, 24 нояб. 2026 г. в 10:00, Ada ***@***.***>:']],
  ['a hidden address in Japanese', ['2026年11月24日(火) 10:00 Ada ***@***.***>:']],
  ['a hidden address in Vietnamese', ['Vào Th 2, 24 thg 11, 2026 vào lúc 10:00 Ada ***@***.***> đã viết:']],
  ['a hidden address in Romanian', ['În lun., 24 nov. 2026 la 10:00, Ada ***@***.***> a scris:']],
  ['a hidden address, wrapped', ['Il giorno mar 24 nov 2026 alle ore 10:00 Ada Lovelace', '***@***.***> ha scritto:']],
  ['a hidden address without a date', ['Ada ***@***.***> writes:']],
  ['Yandex Mail with a hidden address', ['24.11.2026, 10:00, "Ada" ***@***.***>:']],
  [
    'Gmail in Hebrew, with marks of direction',
    ['\u202bבתאריך יום ב׳, 24 בנוב׳ 2026 ב-10:00 מאת \u202aAda\u202c <\u202a***@***.***\u202c\u200f>:\u202c'],
  ],
  ['Gmail in Persian, with its digits', ['در تاریخ دوشنبه ۲۴ نوامبر ۲۰۲۶ Ada <notifications@github.com> نوشت:']],
  [
    'header lines in Croatian',
    ['Šalje: Ada ***@***.***>', 'Poslano: ponedjeljak', 'Prima: acme/dotca ***@***.***>', 'Predmet: Re: P12'],
  ],
  [
    'a rule and header lines in Vietnamese',
    [
      '________________________________',
      'Từ: Ada <notifications@github.com>',
      'Đã gửi: Thứ Hai',
      'Đến: acme/dotca <dotca@noreply.github.com>',
      'Chủ đề: Re: P12',
    ],
  ],
];

describe('below', () => {
  test.each(BEGINNINGS)('%s nothing is read, and nothing is answered', (_name, lines) => {
    expect(readCommandLines(joined('Thanks!', '', ...lines, ...QUOTED))).toEqual({ lines: [], hint: null });
    expect(readCommandLines(joined(...lines, ...QUOTED))).toEqual({ lines: [], hint: null });
    expect(texts(joined(...lines, ...QUOTED).replaceAll('\n', '\r\n'))).toEqual([]);
  });
});

describe('above', () => {
  test.each(BEGINNINGS)('%s the person’s own command is read', (_name, lines) => {
    expect(texts(joined('/reject P12 --reason "no"', '', ...lines, ...QUOTED))).toEqual(['/reject P12 --reason "no"']);
  });
});

describe('text written on the web is not a quote by mail:', () => {
  test.each<readonly [name: string, lines: readonly string[]]>([
    [
      'trailers of a commit',
      [
        'Reviewed-by: Mia <mia@example.com>',
        'Tested-by: Bob <bob@example.com>',
        'Signed-off-by: Ada <ada@example.com>',
        'Co-authored-by: Ron <ron@example.com>',
      ],
    ],
    ['a quote with > under an attribution, and an answer below', ['On Nov 24, 2026 Jo wrote:', '> Ready?', '', 'Yes.']],
    ['prose that ends with a verb and a colon', ['As Jo wrote:']],
    ['prose with a colon and a number', ['The 3 images of today:']],
    ['an address in prose', ['Ask <jo@example.org> about P12.']],
    ['a heading between dashes', ['--- Release 12 ---']],
    ['a heading with a number between dashes', ['---- 3 of 12 checks ----']],
    ['a quote with > under an attribution between dashes', ['---- On Nov 24, 2026 Jo wrote ----', '> Ready?', '']],
    ['an address at the end of a sentence', ['These 3 mails went to jo@example.org:']],
    ['a quote in a quote in a quote', ['>>> Release 12', '']],
    ['what a shell printed', ['>>> print(12) >> out', '']],
    ['a rule', ['-----', 'From here on it is release 12.']],
    ['a list of what changed', ['From: v1.2.0', 'To: v1.3.0']],
    ['a form', ['Owner: Ada <ada@example.org>', 'Service: api', 'Ticket: 12', 'Risk: low']],
    ['a short form', ['Owner: Ada <ada@example.org>', 'Reviewer: Bob <bob@example.org>', 'Ticket: 12', '']],
    ['a table head', ['From: | To:', '---|---', 'a | b', '']],
    ['a mail that is shown as code', ['```', '-----Original Message-----', 'From: Ada', '```']],
    ['a mail in a quote', ['> -----Original Message-----', '> From: Ada', '']],
  ])('%s', (_name, lines) => {
    expect(texts(joined(...lines, '', '/approve P12'))).toEqual(['/approve P12']);
  });
});

test('hostile text takes little time', () => {
  const bodies = [
    `${'From: a\n'.repeat(8000)}/approve`,
    `${'_'.repeat(60_000)}\n/approve`,
    `${'On 1 <a@b> '.repeat(6000)}\n/approve`,
    `${'1'.repeat(390)}\n`.repeat(160) + '/approve',
    `--${' '.repeat(390)}x\n`.repeat(160) + '/approve',
    `-- ${'wrote '.repeat(64)}1 x--\n`.repeat(160) + '/approve',
    `${'0:00 '.repeat(78)}\n`.repeat(160) + '/approve',
    `>>>${'1'.repeat(390)}\n`.repeat(160) + '/approve',
    `${'*'.repeat(390)}x\n`.repeat(160) + '/approve',
    `${'a: <a@'.repeat(60)}\n`.repeat(160) + '/approve',
    `${'***@***.***'.repeat(30)} wrote\n`.repeat(160) + '/approve',
    `--${'&nbsp;'.repeat(60)}\n`.repeat(160) + '/approve',
    `${'\u202b'.repeat(60_000)}\n/approve`,
  ];
  for (const body of bodies) expect(readCommandLines(body).lines.length).toBeLessThanOrEqual(1);
});
