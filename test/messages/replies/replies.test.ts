// What we answer besides the card: hints, candidates, status, and the line that notifies.
import { describe, expect, test } from 'vitest';
import { parseCommandLine } from '../../../src/domain/command.ts';
import type { Reply } from '../../../src/domain/reply.ts';
import { renderNotification } from '../../../src/messages/notify.ts';
import { renderReply } from '../../../src/messages/replies/replies.ts';
import { cardTitle } from '../../../src/messages/card/card.ts';
import { renderHeld } from '../../../src/messages/card/held.ts';
import { nextSteps } from '../../../src/messages/card/next-steps.ts';
import { whoCanApprove } from '../../../src/messages/card/reviews.ts';
import { stateTitle } from '../../../src/messages/card/state.ts';
import { driftLines } from '../../../src/messages/drift.ts';
import type { Drift } from '../../../src/domain/promotion/drift.ts';
import { renderHelp } from '../../../src/messages/replies/help.ts';
import { renderMistake } from '../../../src/messages/replies/mistakes.ts';
import { promotionLines } from '../../../src/messages/replies/promotion-lines.ts';
import { renderRefusal } from '../../../src/messages/replies/refusals.ts';
import { replyMarker } from '../../../src/messages/replies/reply-marker.ts';
import type { EnvironmentStatus, StatusView } from '../../../src/messages/replies/status.ts';
import { githubWouldLink, inlineKinds, plainTexts, withNamed } from '../rendered.ts';
import { AT, IMAGE, NEW, OLD, tagOf, viewOf, TARGET } from '../sample-view.ts';
import { failure } from '../../domain/problem.ts';

const HOUR_MS = 3_600_000;
const CONTEXT = { key: 'comment-5', to: null, continuedFrom: null, now: AT, status: null } as const;

function bodyOf(reply: Reply): string {
  const [marker, ...body] = renderReply(reply, CONTEXT).split('\n\n');
  expect(marker).toBe('<!-- imprimatur reply comment-5 -->');
  return body.join('\n\n');
}

const CANDIDATES = { kind: 'candidates', image: IMAGE, prefix: 'staging', branch: 'staging' } as const;

const CANDIDATE = {
  tag: tagOf('staging-fed9876'),
  commit: 'fed9876',
  subject: 'Change the door',
  author: 'ada',
  at: AT - HOUR_MS,
} as const;
const HELD = {
  environment: 'production',
  promotion: 12,
  isCurrent: false,
  isRolledBack: false,
  forced: false,
  report: null,
  approvedBy: [],
} as const;

describe('a reply', () => {
  test.each<[string, Reply]>([
    ['to a slip', { kind: 'misspelled', typed: 'promte', meant: 'promote' }],
    ['to a slip in the long form', { kind: 'misspelled', typed: 'imprimatu', meant: 'imprimatur' }],
    ['to too many commands', { kind: 'too-many-commands', count: 11, limit: 10 }],
    ['to a command in backticks', { kind: 'hint', hint: { line: '/promote staging', place: 'backticks' } }],
    ['to a command in HTML', { kind: 'hint', hint: { line: '/promote staging', place: 'html' } }],
    ['to a command in a heading', { kind: 'hint', hint: { line: '/promote staging', place: 'heading' } }],
    ['to a command under a list', { kind: 'hint', hint: { line: '/promote staging', place: 'list' } }],
    ['to a command under a quote', { kind: 'hint', hint: { line: '/promote staging', place: 'quote' } }],
    ['to a comment that was edited', { kind: 'not-run', because: 'edited', typed: '/promote `@bob` <b>' }],
    ['to a comment that is old', { kind: 'not-run', because: 'old', typed: '/promote staging' }],
    ...(['review', 'review-comment', 'issue', 'pull-request'] as const).map((place): [string, Reply] => [
      `to a command in: ${place}`,
      { kind: 'misplaced', place, typed: '/approve P12 `@bob`', verb: 'approve', elsewhere: [] },
    ]),
    [
      'to a command that names no promotion',
      {
        kind: 'misplaced',
        place: 'issue',
        typed: '/approve',
        verb: 'approve',
        elsewhere: [
          {
            number: 12,
            environment: 'production',
            source: 'staging-abc1234',
            state: 'awaiting-approval',
            plan: 'ab12cd34ef56',
          },
        ],
      },
    ],
    ['with no candidate', { ...CANDIDATES, environment: null, candidates: [] }],
    [
      'for an environment',
      { ...CANDIDATES, environment: 'eu', candidates: [], instead: { typed: 'eu', environment: 'eu' } },
    ],
    ['for a word', { ...CANDIDATES, environment: 'eu', candidates: [], instead: { typed: 'Eu', environment: 'eu' } }],
    [
      'with candidates',
      {
        ...CANDIDATES,
        environment: null,
        candidates: [
          { tag: tagOf('staging-abc1234'), commit: 'abc1234', subject: 'Fix #12 for @bob', at: AT - 2 * HOUR_MS },
          { tag: tagOf('staging-def5678'), commit: 'def5678', subject: '', at: AT - 49 * HOUR_MS },
          { ...CANDIDATE, open: 13 },
          { ...CANDIDATE, held: { ...HELD, isCurrent: true, report: 'deployed', approvedBy: ['bob', 'carl'] } },
          { ...CANDIDATE, held: { ...HELD, isRolledBack: true, forced: true, report: 'deployment-failed' } },
          { ...CANDIDATE, held: { ...HELD, promotion: null } },
        ],
      },
    ],
    ['after a comparison that found nothing', { kind: 'refreshed', promotion: 12, differences: [] }],
    [
      'after a comparison that found all there is',
      {
        kind: 'refreshed',
        promotion: 12,
        differences: ['card', 'check-run', 'policy', 'production', 'source', 'turn', 'work', 'deployment'],
      },
    ],
  ])('%s', (_, reply) => {
    const body = bodyOf(reply);
    expect(body).toMatchSnapshot();
    expect(
      plainTexts(body)
        .map(githubWouldLink)
        .filter((found) => found !== null),
    ).toEqual([]);
  });
});

test('approvals that no longer count are reported to those who gave them, and to the requester', () => {
  const people = ['bob', 'maria'];
  const body = bodyOf({ kind: 'approvals-void', promotion: 12, plan: 'ab12cd34ef56', people });
  expect(body).toMatchSnapshot();
  expect(body.match(/@\w+/g)).toEqual(['@bob', '@maria']);
});

test('a refusal, a mistake and help have their own words', () => {
  const refusal = { code: 'own-request', promotion: 12 } as const;
  expect(bodyOf({ kind: 'refusal', refusal })).toBe(renderRefusal(refusal));
  const mistake = { kind: 'mistake', verb: 'cancel', mistake: { code: 'invalid-id', typed: 'P0' } } as const;
  expect(bodyOf(mistake)).toBe(renderMistake(mistake));
  expect(bodyOf({ kind: 'help' })).toBe(renderHelp());
});

test('candidates are lines that are commands, for another environment too', () => {
  const candidates = [{ tag: tagOf('staging-abc1234'), commit: 'abc1234', subject: 'x', at: AT }];
  const body = bodyOf({ ...CANDIDATES, environment: 'canary', candidates });
  const [line = ''] = /\/promote [^`]+/.exec(body) ?? [];
  expect(parseCommandLine({ text: line, line: 1, next: null })).toMatchObject({
    kind: 'command',
    command: { kind: 'promote', environment: 'canary' },
  });
});

describe('status', () => {
  const environment: EnvironmentStatus = {
    environment: 'production',
    tags: {
      kind: 'read',
      tags: [
        { repository: IMAGE, tag: tagOf('main'), digest: NEW },
        { repository: IMAGE, tag: tagOf('latest'), digest: null },
      ],
    },
    open: [{ number: 13, environment: 'production', source: 'staging-def5678', state: 'awaiting-approval' }],
    drifts: [],
    lastPromoted: {
      number: 12,
      source: tagOf('staging-abc1234'),
      digests: [NEW],
      at: AT,
      requester: 'maria',
      cardUrl: 'https://github.com/acme/dotca/issues/3#issuecomment-1',
    },
    held: [],
    rollbackTarget: TARGET,
    auditHead: { seq: 123, hash: `ab12cd34${'0'.repeat(56)}` },
  };
  const about = { kind: 'environment', environment: 'production' } as const;

  function statusText(status: StatusView): string {
    return renderReply({ kind: 'status', about }, { ...CONTEXT, status });
  }

  test('of an environment', () => {
    const status = { kind: 'environment', ...environment } as const;
    expect(
      withNamed(statusText(status), { open: promotionLines(environment.open, ({ number }) => `/status P${number}`) }),
    ).toMatchSnapshot();
  });

  test('of an environment with a history, and with drifts', () => {
    const by = { id: 1, login: 'maria' };
    const nothing = {
      approvedBy: [],
      commit: null,
      summary: null,
      floating: [],
      deployedTo: null,
      report: null,
      tags: [],
    } as const;
    const rest = { by, forced: false, ...nothing } as const;
    const held = [{ ...rest, digest: OLD, promotion: 3, at: AT, kind: 'promotion' }] as const;
    const difference = { kind: 'moved', repository: IMAGE, tag: tagOf('main'), wanted: OLD, holds: NEW } as const;
    const drift: Drift = {
      id: 'drift-1',
      repoId: 77,
      environment: 'production',
      promotionId: 'promotion-12',
      noticedAt: AT,
      differences: [difference],
      alternative: null,
      over: null,
      shownIn: null,
    };
    const text = statusText({ kind: 'environment', ...environment, held, drifts: [drift], open: [] });
    const tags = environment.tags.kind === 'read' ? environment.tags.tags : null;
    expect(
      withNamed(text, {
        differences: driftLines(drift),
        held: renderHeld('production', { held, tags, target: TARGET }),
      }),
    ).toMatchSnapshot();
  });

  test('of an environment nothing was promoted to, whose tags could not be read', () => {
    const tags = { kind: 'unreadable', problem: 'the registry answered HTTP 503.' } as const;
    const status = {
      kind: 'environment',
      ...environment,
      tags,
      open: [],
      lastPromoted: null,
      drifts: [],
      auditHead: null,
    } as const;
    expect(statusText(status)).toMatchSnapshot();
  });

  test('of a promotion', () => {
    const view = viewOf();
    const reply = { kind: 'status', about: { kind: 'promotion', number: 12 } } as const;
    const text = renderReply(reply, { ...CONTEXT, status: { kind: 'promotion', view } });
    const steps = `${whoCanApprove(view)} ${nextSteps(view, 'card')}`;
    expect(withNamed(text, { title: cardTitle(view), steps })).toMatchSnapshot();
  });

  test('without its status is a bug', () => {
    expect(() => renderReply({ kind: 'status', about }, CONTEXT)).toThrow(Error);
  });
});

test('no key can end its marker early', () => {
  const marker = replyMarker('a -->\n@all <b> \u{D800}');
  expect(marker).toBe('<!-- imprimatur reply a%20--%3E%0A%40all%20%3Cb%3E%20%EF%BF%BD -->');
  expect([...inlineKinds(marker)]).toEqual([]);
});

test('a failure mentions the requester, and links the card', () => {
  const failed = failure({
    production: 'restored',
    tags: [
      {
        ...viewOf().promotion.baseline[0],
        repository: IMAGE,
        tag: tagOf('main'),
        kind: 'floating',
        from: OLD,
        holds: OLD,
      },
    ],
  });
  const view = viewOf({ state: { kind: 'failed', failure: failed } });
  const text = renderNotification({ view, key: 'failed-P12' });
  expect(withNamed(text, { title: stateTitle(view) })).toMatchSnapshot('with a card');
  const withoutCard = renderNotification({ view: { ...view, cardUrl: null }, key: 'failed-P12' });
  expect(withoutCard).toContain('`/status P12`');
  expect(withNamed(withoutCard, { title: stateTitle(view) })).toMatchSnapshot('without a card');
});

test('an answer is addressed to the person who commented or clicked, in code style: nobody is mentioned', () => {
  const refusal = { code: 'own-request', promotion: 12 } as const;
  const body = renderReply({ kind: 'refusal', refusal }, { ...CONTEXT, to: 'ada' });
  expect(body).toContain(`\n\`ada\`: ${renderRefusal(refusal)}`);
  expect(body).not.toContain('@ada');
});

test('in the issue that continues a full thread, the person is mentioned: there, they did not comment', () => {
  const refusal = { code: 'own-request', promotion: 12 } as const;
  const body = renderReply({ kind: 'refusal', refusal }, { ...CONTEXT, to: 'ada', continuedFrom: 3 });
  expect(body.split('\n\n')).toEqual([replyMarker(CONTEXT.key), `@ada (from #3): ${renderRefusal(refusal)}`]);
});
