// The verbs: what is ours, what is a slip, what stays silent, and what a whole comment amounts to.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  answersEverywhere,
  COMMANDS,
  parseCommandLine,
  parseComment,
  type CandidateLine,
  type OurLine,
  type ParsedLine,
} from '../../src/domain/command.ts';

const line = (text: string, next: string | null = null): CandidateLine => ({ text, line: 1, next });
const parse = (text: string): ParsedLine => parseCommandLine(line(text));
const lines = (...texts: readonly string[]): readonly CandidateLine[] => texts.map((text) => line(text));
const repeat = (text: string, times: number): readonly string[] => Array.from({ length: times }, () => text);
const ours = (text: string): OurLine => {
  const parsed = parse(text);
  if (parsed.kind === 'not-ours') throw new Error(`${text} is not ours`);
  return parsed;
};

const APPROVE_PLAN = { kind: 'approve', id: 12, plan: 'ab12cd34ef56', form: 'short' };

describe('a valid line becomes a command', () => {
  test.each<[string, string, object]>([
    ['approve alone', '/approve', { kind: 'approve', id: null, plan: null, form: 'short' }],
    ['approve with an id', '/approve P12', { kind: 'approve', id: 12, plan: null, form: 'short' }],
    ['an id in lower case', '/approve p12', { kind: 'approve', id: 12, plan: null, form: 'short' }],
    ['an id in backticks', '/approve `P12`', { kind: 'approve', id: 12, plan: null, form: 'short' }],
    ['approve with the plan that was seen', '/approve P12 ab12cd34ef56', APPROVE_PLAN],
    ['a plan in upper case and backticks', '/approve P12 `AB12CD34EF56`', APPROVE_PLAN],
    ['the largest id', '/cancel P999999999', { kind: 'cancel', id: 999_999_999, form: 'short' }],
    ['cancel alone', '/cancel', { kind: 'cancel', id: null, form: 'short' }],
    ['reject with a reason', '/reject too big', { kind: 'reject', id: null, reason: 'too big', form: 'short' }],
    ['reject with id and reason', '/reject P12 too big', { kind: 'reject', id: 12, reason: 'too big', form: 'short' }],
    [
      'reject keeps quotes, dashes and inner blanks of its free text',
      '/reject p3  "no",  --really — it\'s  bad. ',
      { kind: 'reject', id: 3, reason: '"no",  --really — it\'s  bad.', form: 'short' },
    ],
    [
      'reject takes an unbalanced quote as text',
      '/reject it is 5" too wide',
      { kind: 'reject', id: null, reason: 'it is 5" too wide', form: 'short' },
    ],
    ['status alone', '/status', { kind: 'status', id: null, environment: null, form: 'short' }],
    ['status of a promotion', '/status P7', { kind: 'status', id: 7, environment: null, form: 'short' }],
    [
      'status of an environment, its case kept',
      '/status Canary-eu_1',
      { kind: 'status', id: null, environment: 'Canary-eu_1', form: 'short' },
    ],
    ['help', '/help', { kind: 'help', topic: null, form: 'short' }],
    ['help on a command', '/help promote', { kind: 'help', topic: 'promote', form: 'short' }],
    ['with its slash, in any case', '/help /Promote', { kind: 'help', topic: 'promote', form: 'short' }],
    ['in backticks', '/help `/roll`', { kind: 'help', topic: 'roll', form: 'short' }],
    ['in the long form', '/imprimatur help approve', { kind: 'help', topic: 'approve', form: 'long' }],
    ['the verb in any case', '/ApPrOvE P1', { kind: 'approve', id: 1, plan: null, form: 'short' }],
    ['the long form', '/imprimatur approve P1', { kind: 'approve', id: 1, plan: null, form: 'long' }],
    ['the long form in any case', '/Imprimatur HELP', { kind: 'help', topic: null, form: 'long' }],
    ['the long form alone is help', '/imprimatur', { kind: 'help', topic: null, form: 'long' }],
    ['the long form with only blanks is help', '/imprimatur \t\u00a0', { kind: 'help', topic: null, form: 'long' }],
    [
      'blanks, tabs and no-break spaces in any number',
      '/reject\t\u00a0 P4\u202f\tslow\u00a0',
      { kind: 'reject', id: 4, reason: 'slow', form: 'short' },
    ],
  ])('%s: %s', (_, text, command) => {
    expect(parse(text)).toEqual({ kind: 'command', command });
  });
});

describe('an argument that the verb does not take is a mistake', () => {
  test.each<[string, string, string, object]>([
    ['a bare number is no id', '/approve 12', 'approve', { code: 'id-without-p', typed: '12', meant: 'P12' }],
    ['an issue number is no id', '/cancel #12', 'cancel', { code: 'id-without-p', typed: '#12', meant: 'P12' }],
    ['a bare number is no environment', '/status 12', 'status', { code: 'id-without-p', typed: '12', meant: 'P12' }],
    [
      'a reason may not begin with a number',
      '/reject 12 bad',
      'reject',
      { code: 'id-without-p', typed: '12', meant: 'P12' },
    ],
    ['nor with an issue', '/reject #12 bad', 'reject', { code: 'id-without-p', typed: '#12', meant: 'P12' }],
    ['there is no P0', '/approve P0', 'approve', { code: 'invalid-id', typed: 'P0' }],
    ['an id has no leading zero', '/status p012', 'status', { code: 'invalid-id', typed: 'p012' }],
    ['an id has nine digits at most', '/cancel P1000000000', 'cancel', { code: 'invalid-id', typed: 'P1000000000' }],
    [
      'an id ends with its digits',
      '/approve P12.',
      'approve',
      { code: 'trailing-punctuation', typed: 'P12.', meant: 'P12' },
    ],
    [
      'also before a reason',
      '/reject P12: bad',
      'reject',
      { code: 'trailing-punctuation', typed: 'P12:', meant: 'P12' },
    ],
    [
      'also in backticks',
      '/approve `P12`!',
      'approve',
      { code: 'trailing-punctuation', typed: '`P12`!', meant: '`P12`' },
    ],
    ['a backtick needs its pair', '/approve `P12', 'approve', { code: 'unbalanced-quote', opener: '`', closer: '`' }],
    ['words after approve', '/approve this please', 'approve', { code: 'surplus-argument', typed: 'this' }],
    ['one word after approve', '/approve please', 'approve', { code: 'surplus-argument', typed: 'please' }],
    ['two ids', '/approve P1 P2', 'approve', { code: 'surplus-argument', typed: 'P2' }],
    [
      'an invisible character in an id',
      '/approve P1\u200b2',
      'approve',
      { code: 'invisible-character', typed: 'P12', seen: 'U+200B' },
    ],
    ['a flag for approve', '/approve --reason "x"', 'approve', { code: 'unknown-flag', typed: '--reason' }],
    ['a flag after the id', '/cancel P1 --now', 'cancel', { code: 'unknown-flag', typed: '--now' }],
    ['a single dash', '/status -v', 'status', { code: 'unknown-flag', typed: '-v' }],
    ['a quoted environment', '/status "production"', 'status', { code: 'quoted-argument', typed: 'production' }],
    ['an open quote', '/approve “P12', 'approve', { code: 'unbalanced-quote', opener: '“', closer: '”' }],
    ['a full stop alone', '/help .', 'help', { code: 'trailing-punctuation', typed: '.', meant: '' }],
    ['two words after help', '/help promote staging', 'help', { code: 'surplus-argument', typed: 'staging' }],
    ['an environment with a dot', '/status eu.west', 'status', { code: 'invalid-environment', typed: 'eu.west' }],
    ['an environment in backticks', '/status `prod`', 'status', { code: 'invalid-environment', typed: '`prod`' }],
    [
      'an environment and a comma',
      '/status prod,',
      'status',
      { code: 'trailing-punctuation', typed: 'prod,', meant: 'prod' },
    ],
    [
      'an environment of 256 letters',
      `/status ${'e'.repeat(256)}`,
      'status',
      { code: 'invalid-environment', typed: 'e'.repeat(256) },
    ],
    ['reject without a reason', '/reject', 'reject', { code: 'missing-argument', argument: 'reason' }],
    ['reject with an id only', '/reject P12 \t', 'reject', { code: 'missing-argument', argument: 'reason' }],
    [
      'a reason of 501 characters',
      `/reject ${'😀'.repeat(501)}`,
      'reject',
      { code: 'reason-too-long', length: 501, limit: 500 },
    ],
    [
      'punctuation after the verb',
      '/approve!',
      'approve',
      { code: 'trailing-punctuation', typed: 'approve!', meant: 'approve' },
    ],
  ])('%s: %s', (_, text, verb, mistake) => {
    expect(parse(text)).toMatchObject({ kind: 'mistake', verb, form: 'short', mistake });
  });

  test('a reason of 500 characters is valid', () => {
    expect(parse(`/reject ${'😀'.repeat(500)}`)).toMatchObject({ kind: 'command' });
  });

  test.each([
    ['an unknown verb', '/imprimatur deploy now', 'help', { code: 'unknown-verb', typed: 'deploy' }],
    ['a flag for a verb', '/imprimatur --help', 'help', { code: 'unknown-verb', typed: '--help' }],
    [
      'punctuation after the verb',
      '/imprimatur status?',
      'status',
      { code: 'trailing-punctuation', typed: 'status?', meant: 'status' },
    ],
    [
      'punctuation after the name',
      '/imprimatur.',
      'help',
      { code: 'trailing-punctuation', typed: 'imprimatur.', meant: 'imprimatur' },
    ],
  ])('in the long form, %s: %s', (_, text, verb, mistake) => {
    expect(parse(text)).toEqual({ kind: 'mistake', verb, form: 'long', hasId: false, mistake });
  });
});

describe('one edit away from a verb is a slip', () => {
  test.each([
    ['a letter less', '/aprove', 'aprove', 'approve', 'short'],
    ['a letter more', '/approved', 'approved', 'approve', 'short'],
    ['another letter', '/prumote x', 'prumote', 'promote', 'short'],
    ['two letters swapped', '/stauts', 'stauts', 'status', 'short'],
    ['a hyphen in it', '/roll-back', 'roll-back', 'rollback', 'short'],
    ['in capitals', '/CANCLE', 'CANCLE', 'cancel', 'short'],
    [
      'a look-alike letter (the Kelvin sign folds to no k, nor this а to an a)',
      '/c\u0430ncel',
      'c\u0430ncel',
      'cancel',
      'short',
    ],
    ['in our own name', '/imprimatr promote x', 'imprimatr', 'imprimatur', 'long'],
    ['after our own name', '/imprimatur promot x', 'promot', 'promote', 'long'],
    ['a slash after our own name', '/imprimatur /promote x', '/promote', 'promote', 'long'],
  ])('%s: %s', (_, text, typed, meant, form) => {
    expect(parse(text)).toEqual({ kind: 'misspelled', typed, meant, form, hasId: false });
  });
});

describe('silence', () => {
  test.each([
    ['another bot', '/deploy production'],
    ['another bot with a near word', '/hold'],
    ['a longer hyphenated word', '/promote-image staging-abc1234'],
    ['another bot that takes things back', '/revert'],
    ['two words for one verb', '/rollback-to P12'],
    ['a hyphenated word', '/cancel-ci'],
    ['a path', '/promote/staging'],
    ['a path with one of our verbs in it', '/help/me'],
    ['a path that ends at once', '/status/'],
    ['two edits', '/aprov'],
    ['two slashes', '//promote staging'],
    ['a slash alone', '/'],
    ['a blank after the slash', '/ promote staging'],
    ['an invisible character before the slash', '\u200b/promote staging'],
    ['a byte order mark before the slash', '\ufeff/promote staging'],
    ['no slash', 'promote staging'],
    ['nothing', ''],
    ['a verb glued to a quote', '/promote"staging"'],
  ])('%s: %s', (_, text) => {
    expect(parse(text)).toEqual({ kind: 'not-ours' });
  });
});

describe('blanks of all kinds and characters that nobody sees', () => {
  const promoted = { kind: 'command', command: { kind: 'promote', source: { kind: 'tag', tag: 'staging-abc1234' } } };
  test.each([
    ['an ideographic space', '/promote\u3000staging-abc1234'],
    ['a no-break space', '/promote\u00a0staging-abc1234\u00a0'],
    ['thin spaces', '/promote\u2009staging-abc1234\u200a'],
    ['a zero-width space behind the verb', '/promote\u200b staging-abc1234'],
    ['a zero-width space before a word', '/promote \u200bstaging-abc1234'],
    ['a byte order mark behind a word', '/promote staging-abc1234\ufeff'],
    ['a word joiner at the end', '/promote staging-abc1234 \u2060'],
  ])('%s between words', (_, text) => {
    expect(parse(text)).toMatchObject(promoted);
  });

  test.each([
    ['a tag', '/promote staging-\u200babc1234', { verb: 'promote', typed: 'staging-abc1234', seen: 'U+200B' }],
    ['an id', '/approve P\u20601', { verb: 'approve', typed: 'P1', seen: 'U+2060' }],
    ['a verb', '/app\u200brove P12', { verb: 'approve', typed: '/approve', seen: 'U+200B' }],
    ['the slash and a verb', '/\u200bpromote staging', { verb: 'promote', typed: '/promote', seen: 'U+200B' }],
    ['a verb with another mistake', '/app\u00adrove 12', { verb: 'approve', typed: '/approve', seen: 'U+00AD' }],
    ['the long form', '/impri\ufeffmatur status', { verb: 'status', typed: '/imprimatur', seen: 'U+FEFF' }],
    ['a word that is turned round', '/approve \u202e21P', { verb: 'approve', typed: '21P', seen: 'U+202E' }],
    [
      'a word between marks of direction',
      '/approve \u2066P12\u2069',
      { verb: 'approve', typed: 'P12', seen: 'U+2066' },
    ],
    ['a flag', '/promote staging --rea\u200bson "x"', { verb: 'promote', typed: '--reason', seen: 'U+200B' }],
    [
      'a value of a flag',
      '/promote staging --reason=o\u200bk',
      { verb: 'promote', typed: '--reason=ok', seen: 'U+200B' },
    ],
  ])('within %s are named, and nothing runs', (_, text, { verb, typed, seen }) => {
    expect(parse(text)).toMatchObject({ kind: 'mistake', verb, mistake: { code: 'invisible-character', typed, seen } });
  });

  test('a word of ours only by what is not seen is a slip or none of ours as without it', () => {
    expect(parse('/he\u200bllo')).toEqual({ kind: 'not-ours' });
    expect(parse('/pro\u200bmte staging')).toMatchObject({ kind: 'misspelled' });
  });

  test.each(['\u200b', '\u2060\u3000\ufeff', '\u00ad \u00ad'])('a reason of %j is none', (reason) => {
    const wrong = { kind: 'mistake', mistake: { code: 'empty-reason' } };
    expect(parse(`/promote staging force --reason "${reason}"`)).toMatchObject(wrong);
  });

  test('a reason keeps what joins its characters', () => {
    const family = '\u{1F469}\u200d\u{1F469}\u200d\u{1F466}';
    expect(parse(`/promote staging --reason "${family}"`)).toMatchObject({ command: { reason: family } });
  });
});

describe('quotes and dashes of other keyboards', () => {
  test.each([
    ['German', '„fixes login“'],
    ['German with an English end', '„fixes login”'],
    ['single German', '‚fixes login‘'],
    ['French', '«fixes login»'],
    ['turned round', '»fixes login«'],
    ['Swedish', '»fixes login»'],
    ['single French', '‹fixes login›'],
    ['English', '“fixes login”'],
  ])('%s quotes', (_, quoted) => {
    expect(parse(`/promote staging --reason ${quoted} to production`)).toMatchObject({
      kind: 'command',
      command: { reason: 'fixes login', environment: 'production' },
    });
  });

  test.each(['–reason', '—reason', '––reason', '——reason', '–-reason'])('%s is --reason', (flag) => {
    expect(parse(`/promote staging ${flag} "x"`)).toMatchObject({ kind: 'command', command: { reason: 'x' } });
  });

  test('what is not closed names what would close it', () => {
    const mistake = { code: 'unbalanced-quote', opener: '„', closer: '“' };
    expect(parse('/promote staging --reason „x')).toMatchObject({ mistake });
  });
});

describe('a command that continues on the next line is a mistake', () => {
  test.each([
    ['to', '/promote staging-abc1234', 'to production'],
    ['To, in any case and indented', '/promote staging-abc1234', '     TO production'],
    ['to alone', '/promote staging-abc1234', 'to'],
    ['as', '/promote staging-abc1234', 'as\tv1.2.3'],
    ['a flag', '/promote staging-abc1234', '--reason "x"'],
    ['an em dash', '/promote staging-abc1234', '—reason "x"'],
    ['an en dash', '/promote staging-abc1234', '–reason "x"'],
    ['two em dashes', '/promote staging-abc1234', '——reason "x"'],
    ['as a version', '/promote staging-abc1234', 'as 1.2.3'],
    ['in the long form', '/imprimatur promote staging-abc1234', 'to production'],
  ])('%s', (_, text, next) => {
    expect(parseCommandLine(line(text, next))).toMatchObject({
      kind: 'mistake',
      mistake: { code: 'half-command', next },
    });
  });

  test.each([
    ['words', 'today we ship'],
    ['another command', '/approve P3'],
    ['an assertion', 'as-is'],
    ['a single dash', '-reason'],
    ['force', 'force'],
    ['nothing', ''],
  ])('but not with %s', (_, next) => {
    expect(parseCommandLine(line('/promote staging-abc1234', next))).toMatchObject({ kind: 'command' });
  });

  test.each([
    ['words that begin as an option does', '/promote staging-abc1234', 'As discussed, all fine.'],
    ['the footer of a mail', '/promote staging-abc1234', '— Bob'],
    ['a rule', '/promote staging-abc1234', '——————'],
    ['the separator of a signature', '/promote staging-abc1234', '-- '],
    ['a verb without options', '/approve P12', '—'],
    ['a verb without options and more text', '/approve P12', 'as v1.2.3 was'],
    ['a verb without options and an environment', '/imprimatur status', 'to production'],
    ['a rejection', '/reject P12 broken', 'to be fixed tomorrow'],
  ])('nor with %s', (_, text, next) => {
    expect(parseCommandLine(line(text, next))).toMatchObject({ kind: 'command' });
  });

  test('a mistake in the line itself is named first', () => {
    expect(parseCommandLine(line('/promote staging-abc1234.', 'to production'))).toMatchObject({
      mistake: { code: 'trailing-punctuation' },
    });
  });
});

describe('answered in every thread', () => {
  test.each<[string, boolean]>([
    ['/promote', true],
    ['/promote nonsense!', true],
    ['/status', true],
    ['/status #1', true],
    ['/rollback --reason x', true],
    ['/rollback', true],
    ['/rolback --reason x', false],
    ['/rolback to P12 --reason x', true],
    ['/approve', false],
    ['/approve please', false],
    ['/approve 12', false],
    ['/approve P12', true],
    ['/approve P12 please', true],
    ['/approve `P12`.', true],
    ['/reject no', false],
    ['/reject', false],
    ['/reject P12', true],
    ['/cancel', false],
    ['/cancel p1', true],
    ['/help', false],
    ['/help me', false],
    ['/imprimatur', true],
    ['/imprimatur approve', true],
    ['/imprimatur approve please', true],
    ['/imprimatur nonsense', true],
    ['/imprimatur aprove', true],
    ['/imprimatr', true],
    ['/aprove', false],
    ['/aprove P12', true],
    ['/aprove P12th-street', false],
    ['/promot staging', false],
  ])('%s: %s', (text, expected) => {
    expect(answersEverywhere(ours(text))).toBe(expected);
  });
});

describe('a whole comment', () => {
  test('several lines are several commands, in order, and a mistake stops only itself', () => {
    const parsed = parseComment(lines('/promote staging-abc1234', '/deploy', '/approve 12', '/aprove', '/status'));
    expect(parsed).toMatchObject({
      kind: 'items',
      items: [
        { kind: 'command', command: { kind: 'promote' } },
        { kind: 'mistake', verb: 'approve' },
        { kind: 'misspelled', meant: 'approve' },
        { kind: 'command', command: { kind: 'status' } },
      ],
    });
  });

  test('ten commands run', () => {
    const parsed = parseComment(lines(...repeat('/status', 10), ...repeat('/deploy', 90)));
    expect(parsed).toMatchObject({ kind: 'items', items: { length: 10 } });
  });

  test('an eleventh command stops them all, and a line with a mistake is one', () => {
    const parsed = parseComment(lines(...repeat('/status', 10), '/approve 12'));
    expect(parsed).toMatchObject({ kind: 'too-many', count: 11, limit: 10, refused: { length: 11 } });
  });

  test('slips stop nothing, and at most ten of them are kept', () => {
    const parsed = parseComment(lines(...repeat('/helm', 50), '/status'));
    expect(parsed).toMatchObject({ kind: 'items', items: { length: 11 } });
  });

  test('an empty comment holds nothing', () => {
    expect(parseComment([])).toEqual({ kind: 'items', items: [] });
  });
});

describe('the table of commands', () => {
  test.each(Object.entries(COMMANDS))('%s: the example parses to its verb', (verb, { example, usage }) => {
    expect(parse(example)).toMatchObject({ kind: 'command', command: { kind: verb } });
    expect(usage.startsWith(`/${verb}`)).toBe(true);
  });
});

describe('any text', () => {
  const alphabet = fc.constantFrom(
    '/',
    'promote',
    'approve',
    'reject',
    'rollback',
    'status',
    'imprimatur',
    ' ',
    '\t',
    '\u00a0',
    '"',
    "'",
    '“',
    '”',
    '’',
    '`',
    '\\',
    '--reason',
    '=',
    '—',
    'to',
    'as',
    'force',
    'staging-abc1234',
    'v1.2.3',
    'P12',
    '#1',
    '.',
    'x',
    '\u200b',
    '\0',
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(alphabet).map((parts) => parts.join('')),
  );

  test('never throws, with any next line', () => {
    fc.assert(
      fc.property(texts, fc.option(texts), (text, next) => {
        expect(['command', 'mistake', 'misspelled', 'not-ours']).toContain(
          parseCommandLine(line(`/${text}`, next)).kind,
        );
      }),
    );
  });

  test('is not ours without a slash at its beginning', () => {
    fc.assert(
      fc.property(
        texts.filter((text) => !text.startsWith('/')),
        (text) => {
          expect(parse(text).kind).toBe('not-ours');
        },
      ),
    );
  });

  test('as a quoted reason comes back as it was, for every kind of quote', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 200 }).filter((text) => text.trim() !== ''),
        fc.constantFrom(['"', '"'], ["'", "'"], ['“', '”'], ['‘', '’']),
        (reason, [opener, closer]) => {
          const escaped = reason.replaceAll('\\', '\\\\').replaceAll(closer, `\\${closer}`);
          const parsed = parse(`/promote staging --reason ${opener}${escaped}${closer}`);
          expect(parsed).toMatchObject({ kind: 'command', command: { reason: reason.trim() } });
        },
      ),
    );
  });
});
