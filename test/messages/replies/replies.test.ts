// What we answer besides the card: hints, candidates, status, and the line that notifies.
import { describe, expect, test } from 'vitest';
import { parseCommandLine } from '../../../src/domain/command.ts';
import type { Reply } from '../../../src/domain/reply.ts';
import { renderNotification } from '../../../src/messages/notify.ts';
import { renderReply } from '../../../src/messages/replies/replies.ts';
import { replyMarker } from '../../../src/messages/replies/reply-marker.ts';
import type { EnvironmentStatus } from '../../../src/messages/replies/status.ts';
import { githubWouldLink, inlineKinds, plainTexts } from '../rendered.ts';
import { AT, FOREIGN, IMAGE, NEW, OLD, tagOf, viewOf } from '../sample-view.ts';
import { failure } from '../../domain/problem.ts';

const HOUR_MS = 3_600_000;
const CONTEXT = { key: 'comment-5', now: AT, status: null } as const;

function bodyOf(reply: Reply): string {
  const [marker, ...body] = renderReply(reply, CONTEXT).split('\n\n');
  expect(marker).toBe('<!-- imprimatur reply comment-5 -->');
  return body.join('\n\n');
}

const CANDIDATES = { kind: 'candidates', image: IMAGE, prefix: 'staging', branch: 'staging' } as const;

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
    ['with a refusal', { kind: 'refusal', refusal: { code: 'own-request', promotion: 12 }, to: null }],
    ['with help', { kind: 'help' }],
    ['with no candidate', { ...CANDIDATES, environment: null, candidates: [] }],
    [
      'with candidates',
      {
        ...CANDIDATES,
        environment: null,
        candidates: [
          { tag: tagOf('staging-abc1234'), commit: 'abc1234', subject: 'Fix #12 for @bob', at: AT - 2 * HOUR_MS },
          { tag: tagOf('staging-def5678'), commit: 'def5678', subject: '', at: AT - 49 * HOUR_MS },
        ],
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

test('candidates are ready lines that are commands, also for another environment', () => {
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
    auditHead: { seq: 123, hash: `ab12cd34${'0'.repeat(56)}` },
  };
  const about = { kind: 'environment', environment: 'production' } as const;

  test('of an environment', () => {
    const status = { kind: 'environment', ...environment } as const;
    expect(renderReply({ kind: 'status', about }, { ...CONTEXT, status })).toMatchInlineSnapshot(`
      "<!-- imprimatur reply comment-5 -->

      **\`production\` now**

      - \`main\`: \`sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\`
      - \`latest\`: does not exist

      Last promoted: \`staging-abc1234\` (\`sha256:bbbbbbbbbbbb…\`) by [P12](https://github.com/acme/dotca/issues/3#issuecomment-1), 2026-11-24 06:33 UTC, asked for by \`maria\`.

      On its way:

      - \`/status P13\`: \`staging-def5678\` → \`production\`, waits for approval

      <sub>audit 123·ab12cd34</sub>"
    `);
  });

  test('of an environment with a history: newest first, what it holds now marked, and the line that goes back', () => {
    const by = { id: 1, login: 'maria' };
    const old = { digest: OLD, promotion: 3, at: AT - 48 * HOUR_MS, by, kind: 'promotion', tags: [] } as const;
    const left = {
      ...old,
      digest: FOREIGN,
      promotion: 4,
      at: AT - 24 * HOUR_MS,
      tags: ['main-a', 'v1', 'b'].map(tagOf),
    };
    const back = { ...old, digest: NEW, promotion: 12, at: AT, kind: 'rollback' } as const;
    const status = { kind: 'environment', ...environment, held: [old, left, back] } as const;
    const [, table = ''] =
      /(What `production` held[^]*)\n\nOn its way/.exec(
        renderReply({ kind: 'status', about }, { ...CONTEXT, status }),
      ) ?? [];
    expect(table).toMatchInlineSnapshot(`
      "What \`production\` held, newest first:

      | Since | Image | Promotion | Asked for by | Kept as |
      | :-- | :-- | :-- | :-- | :-- |
      | 2026-11-24 06:33 UTC | \`sha256:bbbbbbbbbbbb…\` **now**: \`main\` | P12, a rollback | \`maria\` |  |
      | 2026-11-23 06:33 UTC | \`sha256:ffffffffffff…\` | P4 | \`maria\` | \`main-a\`, \`v1\` and 1 more |
      | 2026-11-22 06:33 UTC | \`sha256:aaaaaaaaaaaa…\` | P3 | \`maria\` |  |

      To go back to one of them, by its promotion: \`/rollback to P3 --reason "…"\`."
    `);
    expect(
      plainTexts(table)
        .map(githubWouldLink)
        .filter((found) => found !== null),
    ).toEqual([]);
  });

  test('of an environment that somebody moved by hand, and whose history is long', () => {
    const by = { id: 1, login: 'maria' };
    const held = Array.from({ length: 25 }, (_, index) => {
      return { digest: OLD, promotion: index + 1, at: AT + index, by, kind: 'promotion', tags: [] } as const;
    });
    const status = { kind: 'environment', ...environment, held } as const;
    const body = renderReply({ kind: 'status', about }, { ...CONTEXT, status });
    expect(body).toContain('What `production` held, the last 20 of 25:');
    expect(body.match(/^\| 2026/gm)).toHaveLength(20);
    expect(body).toContain('| P25 |');
    expect(body).toContain('No promotion of ours put `sha256:bbbbbbbbbbbb…` there.');
    expect(body).not.toContain('**now**');
    const [line = ''] = /\/rollback [^`]+/.exec(body) ?? [];
    expect(parseCommandLine({ text: line, line: 1, next: null })).toMatchObject({
      kind: 'command',
      command: { kind: 'rollback', target: { kind: 'promotion', number: 25 } },
    });
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
    expect(renderReply({ kind: 'status', about }, { ...CONTEXT, status })).toMatchInlineSnapshot(`
      "<!-- imprimatur reply comment-5 -->

      **\`production\` now**

      Its tags could not be read: the registry answered HTTP 503.

      Imprimatur has promoted nothing here yet.

      Nothing is on its way.

      <sub>audit: no entry yet</sub>"
    `);
  });

  test('of a promotion', () => {
    const status = { kind: 'promotion', view: viewOf() } as const;
    const reply = { kind: 'status', about: { kind: 'promotion', number: 12 } } as const;
    expect(renderReply(reply, { ...CONTEXT, status })).toMatchInlineSnapshot(`
      "<!-- imprimatur reply comment-5 -->

      **● P12 · \`staging-abc1234\` → \`production\` · Waits for approval**

      Anyone with write access can approve, but not the one who asked. Comment \`/approve P12\` or \`/reject P12 <reason>\`, or use the buttons of the [check run](https://github.com/acme/dotca/runs/9001). To withdraw it: \`/cancel P12\`.

      <sub>[card](https://github.com/acme/dotca/issues/3#issuecomment-1) · [check run](https://github.com/acme/dotca/runs/9001) · audit 123·ab12cd34</sub>"
    `);
  });

  test('without what it is about is a bug', () => {
    expect(() => renderReply({ kind: 'status', about }, CONTEXT)).toThrow('needs the status');
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
  expect(renderNotification({ view, key: 'failed-P12' })).toMatchInlineSnapshot(`
    "<!-- imprimatur reply failed-P12 -->

    @maria [P12](https://github.com/acme/dotca/issues/3#issuecomment-1), \`staging-abc1234\` → \`production\`: Failed, production restored. The card tells why, and what each tag holds."
  `);
  expect(renderNotification({ view: { ...view, cardUrl: null }, key: 'failed-P12' })).toContain('`/status P12`');
});

test('a refused click is addressed to who clicked, in code style: nobody is mentioned', () => {
  const refusal = { code: 'own-request', promotion: 12 } as const;
  const body = renderReply({ kind: 'refusal', refusal, to: 'ada' }, { key: 'k', now: 0, status: null });
  expect(body).toContain('\n`ada`: Your approval of P12 does not count');
  expect(body).not.toContain('@ada');
});
