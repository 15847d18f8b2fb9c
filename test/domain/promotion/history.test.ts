// What an environment held, written as a line of letters: `=F A B+ C! <B` is F before the first promotion, A without a report,
// B deployed, C whose deployment failed, and a rollback to B; `B~` is B promoted with force, `B?` B whose deployment goes on.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  defaultTargets,
  newestOfEach,
  originOf,
  pastRollbackOf,
  promotionOf,
  targetName,
  type History,
  type Holding,
} from '../../../src/domain/promotion/history.ts';
import { parseDigest, type Digest } from '../../../src/domain/image/reference.ts';
import { tag } from '../build.ts';

const MAIN = [tag('main')];
const TODAY = { floating: MAIN, deployedTo: null };
const REPORTS = { '+': 'deployed', '!': 'deployment-failed', '?': 'deploying' } as const;

const digestOf = (letter: string): Digest => {
  const digest = parseDigest(`sha256:${letter.toLowerCase().repeat(64)}`);
  if (digest === null) throw new Error(`${letter} is no hex digit`);
  return digest;
};
const letterOf = (digest: Digest): string => digest.slice(-1).toUpperCase();

function historyOf(line: string): History {
  const steps = line === '' ? [] : line.split(' ');
  const before = steps[0]?.startsWith('=') === true ? 1 : 0;
  return steps.map((step, index): Holding => {
    const [, sign = '', letter = '', mark = ''] = /^([=<]?)([A-F])([+!?~]?)$/.exec(step) ?? [];
    return {
      digest: digestOf(letter),
      kind: sign === '=' ? 'baseline' : sign === '<' ? 'rollback' : 'promotion',
      promotion: Math.max(1, index + 1 - before),
      at: index * 1000,
      by: { id: 1, login: 'ada' },
      approvedBy: [],
      commit: null,
      summary: null,
      forced: mark === '~',
      floating: MAIN,
      deployedTo: null,
      report: mark === '+' || mark === '!' || mark === '?' ? { status: REPORTS[mark], at: index } : null,
      tags: [],
    };
  });
}

function defaultsOf(line: string, current: string | null): string {
  const about = { history: historyOf(line), current: current === null ? null : digestOf(current), ...TODAY };
  return defaultTargets(about)
    .map(({ digest }) => letterOf(digest))
    .join(' ');
}

describe('the default targets of a rollback, the best one first', () => {
  test.each([
    ['the one before the current', 'A B C', 'C', 'B A'],
    ['a second rollback goes on to the one before', 'A B C <B', 'B', 'A'],
    ['a third finds nothing that was not left', 'A B C <B <A', 'A', ''],
    ['after a rollback that named an older one, the one it passed over', 'A B C <A', 'A', 'B'],
    ['a digest promoted after a rollback goes back to what the rollback chose', 'A B C <B D', 'D', 'B A'],
    ['a left digest that was promoted again is one more', 'A B C <B C D', 'D', 'C B A'],
    ['a left digest that a rollback brought back stays left', 'A B <A <B C', 'C', ''],
    ['while a left digest is held again, the one before it', 'A B C <B C', 'C', 'B A'],
    ['a digest promoted twice in a row is one digest', 'A B B', 'B', 'A'],
    ['a digest that comes back is counted from its last time', 'A B A', 'A', 'B'],
    ['moved by hand to an unknown digest, the last that was promoted', 'A B', 'F', 'B A'],
    ['moved by hand after a rollback, what the rollback chose', 'A B <A', 'F', 'A'],
    ['moved by hand to the first of its history, nothing: what followed may be why', 'A B C', 'A', ''],
    ['moved by hand to an older digest, the one before that', 'A B C', 'B', 'A'],
    ['moved by hand, then a rollback to the last that was promoted: it is not left by that', 'A B <B C', 'C', 'B A'],
    ['no tag any more, the last that was promoted', 'A B', null, 'B A'],
    ['only one, and it is held', 'A', 'A', ''],
    ['what was there before the first promotion', '=F A', 'A', 'F'],
    ['and that no more, once a rollback left it', '=F <A B', 'B', 'A'],
    ['no history', '', 'A', ''],
    ['no history and no tag', '', null, ''],
    ['none whose deployment failed', 'A+ B! C', 'C', 'A'],
    ['one that failed and was deployed later', 'A+ B! C+ B+ D', 'D', 'B C A'],
    ['none whose latest deployment failed', 'A+ B+ C+ <B! D', 'D', 'A'],
    ['not one that the deployer never got to', 'A+ B C!', 'C', 'A'],
    ['nor while the deployer is at the next one', 'A+ B C?', 'C', 'A'],
    ['one without a report, where the next has none either', 'A+ B C', 'C', 'B A'],
    ['one without a report, where the one before has none either', 'A B C+', 'C', 'B A'],
    ['one whose only report is older', 'B+ A+ B C+', 'C', 'B A'],
    ['none left', 'A! B', 'B', ''],
    ['the first one, which no deployer was asked for', '=F A+ B+', 'B', 'A F'],
  ])('%s: %s, now %s → %s', (_, line, current, wanted) => {
    expect(defaultsOf(line, current)).toBe(wanted);
  });

  test('are never the current one, and always proven', () => {
    const marks = ['', '+', '!', '?', '~'];
    const letters = ['A', 'B', 'C', 'D'].flatMap((letter) => marks.map((mark) => `${letter}${mark}`));
    const steps = fc.array(fc.constantFrom(...letters, ...letters.map((one) => `<${one}`)), { maxLength: 12 });
    fc.assert(
      fc.property(steps, fc.constantFrom('A', 'B', 'C', 'D', 'F'), (line, now) => {
        const history = historyOf(line.join(' '));
        const current = digestOf(now);
        for (const { digest } of defaultTargets({ history, current, ...TODAY })) {
          expect(digest).not.toBe(current);
          expect(originOf({ history, digest, ...TODAY }).kind).toBe('held');
        }
      }),
    );
  });

  test('repeated rollbacks go back through every promotion once', () => {
    const walked: string[] = [];
    let line = 'A B C D';
    let now = 'D';
    while (now !== '' && walked.length < 10) {
      now = defaultsOf(line, now).slice(0, 1);
      walked.push(now);
      line += ` <${now}`;
    }
    expect(walked).toEqual(['C', 'B', 'A', '']);
  });
});

function held(promotion: number, outcome: string, forced = false): object {
  return { kind: 'held', promotion, outcome, forced };
}

function unproven(because: string, promotion: number | null, outcome: string | null = null, forced = false): object {
  return { kind: 'unproven', because, promotion, forced, ...(outcome === null ? {} : { outcome }) };
}

describe('how a target is known', () => {
  test.each([
    ['held without a report', 'A B C', 'A', held(1, 'promoted')],
    ['held and deployed', 'A+ B', 'A', held(1, 'deployed')],
    ['by the promotion that put it there last', 'A B A+ B', 'A', held(3, 'deployed')],
    ['by the promotion, not the rollback that followed', 'A B <A', 'A', held(1, 'promoted')],
    ['held by force', 'A~ B', 'A', held(1, 'promoted', true)],
    ['no longer by force', 'A~ B A B', 'A', held(3, 'promoted')],
    ['its deployment goes on', 'A? B', 'A', held(1, 'deploying')],
    ['held before the first promotion', '=F A', 'F', { kind: 'baseline', promotion: 1 }],
    ['held before the first promotion, and promoted later', '=F A F', 'F', held(2, 'promoted')],
    ['never held', 'A B', 'F', unproven('never-held', null)],
    ['no history', '', 'F', unproven('never-held', null)],
    ['its deployment failed', 'A! B', 'A', unproven('deployment-failed', 1, 'deployment-failed')],
    ['its latest deployment failed', 'A+ B+ <A! B', 'A', unproven('deployment-failed', 1, 'deployment-failed')],
    ['a failed deployment that worked later', 'A! B A+ B', 'A', held(3, 'deployed')],
    ['a rollback left it', 'A B~ <A', 'B', unproven('left', 2, 'promoted', true)],
    ['a rollback left what was there before', '=F <A', 'F', unproven('left', null)],
    ['promoted again since', 'A B <A B C', 'B', held(4, 'promoted')],
    ['brought back by a rollback only', 'A B <A <B C', 'B', unproven('left', 2, 'promoted')],
    ['a rollback left it after it was deployed', 'A B+ <A', 'B', unproven('left', 2, 'deployed')],
  ])('%s: %s, %s', (_, line, letter, wanted) => {
    expect(originOf({ history: historyOf(line), digest: digestOf(letter), ...TODAY })).toEqual(wanted);
  });

  test('under other tags than now: a promotion is unproven, and what was there before it was never checked', () => {
    const other = { history: historyOf('=F A B'), floating: [tag('stable')], deployedTo: null };
    expect(originOf({ ...other, digest: digestOf('A') })).toEqual(unproven('other-tags', 1, 'promoted'));
    expect(originOf({ ...other, digest: digestOf('F') })).toEqual(unproven('never-held', null));
  });

  test.each([
    [
      'a failure of the older one came last',
      'A! B <A+ C',
      [9, 2],
      unproven('deployment-failed', 1, 'deployment-failed'),
    ],
    ['a success of the older one came last', 'A+ B <A! C', [9, 2], held(1, 'deployed')],
    ['each came in its turn', 'A! B <A+ C', [0, 2], held(1, 'deployed')],
  ] as const)('of two reports on one digest, the later counts: %s', (_, line, [first, second], wanted) => {
    const history = historyOf(line).map((holding, index) => {
      const at = index === 0 ? first : second;
      return { ...holding, report: holding.report === null ? null : { ...holding.report, at } };
    });
    expect(originOf({ history, digest: digestOf('A'), ...TODAY })).toEqual(wanted);
  });

  test.each([
    ['all of today’s tags', ['main', 'latest'], ['latest', 'main'], 'held'],
    ['more tags than today', ['main', 'latest'], ['main'], 'held'],
    ['a tag that came since', ['main'], ['main', 'latest'], 'unproven'],
    ['the tags of another environment', ['canary'], ['main'], 'unproven'],
  ])('under %s: then %j, now %j: %s', (_, then, now, kind) => {
    const history = historyOf('A B').map((holding) => ({ ...holding, floating: then.map(tag) }));
    expect(originOf({ history, digest: digestOf('A'), floating: now.map(tag), deployedTo: null }).kind).toBe(kind);
  });

  test.each([
    ['the one of today', 'Production', 'production', held(1, 'promoted')],
    ['another one', 'canary', 'production', unproven('other-deployment', 1, 'promoted')],
    ['none', null, 'production', unproven('other-deployment', 1, 'promoted')],
    ['another one, where today’s has the name of the environment', 'canary', null, held(1, 'promoted')],
  ])('deployed to %s: then %s, now %s', (_, then, now, wanted) => {
    const history = historyOf('A B').map((holding) => ({ ...holding, deployedTo: then }));
    const about = { history, digest: digestOf('A'), floating: MAIN, deployedTo: now };
    expect(originOf(about)).toEqual(wanted);
  });

  test('the current tags and deployment must be those of one holding', () => {
    const history = historyOf('A A B').map((holding, index) =>
      index === 0 ? { ...holding, deployedTo: 'live' } : { ...holding, floating: [tag('main'), tag('latest')] },
    );
    const about = { history, digest: digestOf('A'), floating: [tag('main'), tag('latest')], deployedTo: 'live' };
    expect(originOf(about)).toEqual(unproven('other-deployment', 2, 'promoted'));
  });
});

test.each([
  ['no rollback', 'A B C', 'C', null],
  ['the rollback that left it', 'A B C <B', 'C', 4],
  ['the last of several that did', 'A B <A B <A', 'B', 5],
  ['the rollback still, after it was promoted again', 'A B <A B C', 'B', 3],
  ['not the rollback that went back to it', 'A B C <B', 'B', null],
  ['the one that left what was there before', '=F <A', 'F', 1],
])('who rolled a digest back is %s: %s, %s', (_, line, letter, wanted) => {
  const expected = wanted === null ? { kind: 'none' } : { kind: 'rolled-back', by: wanted };
  expect(pastRollbackOf({ history: historyOf(line), digest: digestOf(letter) })).toEqual(expected);
});

test.each([
  ['the promotion that put it there last', 'A B A', 'A', 3],
  ['the promotion, not the rollback that followed', 'A B <A', 'A', 1],
  ['the rollback, where no promotion of ours put it there', 'A <B', 'B', 2],
  ['nothing, when it was never held', 'A', 'F', null],
  ['nothing, when it was there before the first promotion', '=F A', 'F', null],
])('a digest is known by %s: %s, %s', (_, line, letter, wanted) => {
  const digest = digestOf(letter);
  expect(promotionOf(historyOf(line), digest)).toBe(wanted);
  expect(targetName(historyOf(line), digest)).toBe(wanted === null ? digest : `P${wanted}`);
});

test('the newest holding of each digest, newest first', () => {
  const newest = newestOfEach(historyOf('A B A C C'));
  expect(newest.map(({ digest, promotion }) => `${letterOf(digest)}${promotion}`)).toEqual(['C5', 'A3', 'B2']);
});
