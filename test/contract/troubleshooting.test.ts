// docs/troubleshooting.md quotes our messages: each quote is said here by the code that says it, and each heading has a command.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CHECK_NAMES, type Check } from '../../src/domain/doctor/check.ts';
import type { Drift, Difference } from '../../src/domain/promotion/drift.ts';
import { size } from '../../src/domain/rules/size.ts';
import { known } from '../../src/domain/image/image-facts.ts';
import type { Promotion } from '../../src/domain/promotion/promotion.ts';
import type { Refusal } from '../../src/domain/refusal.ts';
import { checkClock } from '../../src/engine/doctor/app.ts';
import { toOutsideError } from '../../src/github/client/errors.ts';
import { driftLines, renderDrift } from '../../src/messages/drift.ts';
import { checkWords } from '../../src/messages/doctor/words.ts';
import { findingRows } from '../../src/messages/card/findings.ts';
import { tokenWarningText } from '../../src/messages/machine-token.ts';
import { nextSteps } from '../../src/messages/card/next-steps.ts';
import { renderRefusal } from '../../src/messages/replies/refusals.ts';
import { whoCanApprove } from '../../src/messages/card/reviews.ts';
import { renderStagingCheck } from '../../src/messages/check-run/staging-check.ts';
import { stateTitle } from '../../src/messages/card/state.ts';
import { cardThreadText } from '../../src/messages/card/thread.ts';
import { answerError } from '../../src/registry/transport/errors.ts';
import { COMMIT, facts, image, NOW, platform, ruleContext } from '../domain/build.ts';
import { AT, FOREIGN, IMAGE, NEW, OLD, REPO, tagOf, viewOf } from '../messages/sample-view.ts';
import { openEndpoints, post } from '../web/harness.ts';
import { badYaml, DENIED, failure } from '../domain/problem.ts';

const GITHUB = 'https://github.com';
const TAGS = [tagOf('staging-abc1234'), tagOf(`staging-${COMMIT}`)];
const PUSH_DENIED: Check = {
  name: 'registry-push',
  outcome: 'fail',
  code: 'outside-error',
  problem: DENIED,
  cause: { code: 'package-role', login: 'acme-bot', access: 'push' },
};

const MOVED_TAG: Difference = { kind: 'moved', repository: IMAGE, tag: tagOf('latest'), wanted: NEW, holds: FOREIGN };
const LOST_PLATFORM: Difference = {
  kind: 'missing',
  image: { role: 'production', name: 'P12', repository: IMAGE, digest: NEW },
  manifest: FOREIGN,
  platform: 'linux/arm64',
};

/** What each heading quotes, in its order. */
const QUOTES: Readonly<Record<string, readonly string[]>> = {
  'Access denied': [
    registrySays({ status: 403, access: 'push', hasCredential: true }),
    checkWords(PUSH_DENIED).hint ?? '',
    registrySays({ status: 401, access: 'pull', hasCredential: false }),
  ],
  'Image not found': [
    refusal({
      code: 'source-not-found',
      image: IMAGE,
      typed: 'abc1234',
      tried: [tagOf('staging-abc1234')],
    }),
    staging({ kind: 'ended', why: { cause: 'no-image', image: IMAGE, tags: TAGS } }).title,
    staging({ kind: 'ended', why: { cause: 'no-access', image: IMAGE, problem: DENIED } }).title,
  ],
  'Validation fails': [title({ state: { kind: 'checks-failed' }, findings: tooLarge() }), wordsOf(tooLarge())],
  'The promoted image is not found': [
    refusal({
      code: 'already-in-production',
      environment: 'production',
      digest: NEW,
      tags: [tagOf('main'), tagOf('latest')],
    }),
    title({
      state: { kind: 'failed', failure: failure() },
    }),
    title({ state: { kind: 'failed', failure: failure({ production: 'mixed' }) } }),
  ],
  'Production has drifted': [
    driftLines({ differences: [MOVED_TAG] }),
    driftAlarm().split('\n\n')[3] ?? '',
    driftLines({ differences: [LOST_PLATFORM] }),
  ],
  'The approval button is missing': [
    nextSteps(viewOf(), 'card'),
    whoCanApprove(viewOf()),
    refusal({ code: 'own-request', promotion: 12 }),
    whoCanApprove(viewOf({ otherReviewers: 'none' })),
  ],
  'The check stays yellow': [
    title({}),
    title({ state: { kind: 'waiting-for-image', repository: IMAGE, commit: COMMIT, tags: TAGS, until: AT } }),
    title({ state: { kind: 'scheduled', cause: 'queue' } }, 11),
    refusal({ code: 'not-awaiting-approval', promotion: 12, state: 'examining' }),
  ],
  'Nothing answers a comment': [refusal({ code: 'owner-not-allowed', owner: 'umbrella' })],
  'A thread is full': [cardThreadText(viewOf({ thread: { issue: 3, comments: 2003 } }))],
  'Webhooks are answered with 401': ['the signature does not match'],
  'The clock is wrong': [
    ...checkClock(NOW, NOW - 90_000).map((check) => checkWords(check).message),
    githubSays(401, { message: 'A JSON web token could not be decoded' }),
  ],
  'A rate limit': [
    githubSays(403, {
      message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
    }),
  ],
  'The token expires': [
    tokenWarningText({ tokenWarning: { kind: 'expires', at: Date.UTC(2026, 11, 1, 9) } }),
    tokenWarningText({ tokenWarning: { kind: 'refused' } }),
  ],
  'The policy file is refused': [
    refusal({
      code: 'policy-unreadable',
      problems: [badYaml('what is this?')],
    }).split('\n')[0] ?? '',
    refusal({
      code: 'policy-unreadable',
      problems: [{ code: 'wrong-file-name', found: '.github/promotion.yaml' }],
    }).split('\n')[0] ?? '',
  ],
  'The repository may not promote the image': [
    refusal({ code: 'image-not-granted', image: image('ghcr.io/acme/api'), repo: REPO }),
  ],
  'A version is taken': [refusal({ code: 'version-taken', tag: tagOf('v1.2.3'), holds: OLD, wanted: NEW })],
};

const PAGE = readFileSync(new URL('../../docs/troubleshooting.md', import.meta.url), 'utf8');

/** The sections below `## `, by heading. */
const SECTIONS = new Map(
  PAGE.split('\n## ')
    .slice(1)
    .map((section) => {
      const end = section.indexOf('\n');
      return [section.slice(0, end).trim(), section.slice(end)] as const;
    }),
);

test.each(Object.entries(QUOTES))('%s: the quotes are the real messages, in full', (heading, said) => {
  const quoted = (SECTIONS.get(heading) ?? '').match(/(?:^>.*\n?)+/gm) ?? [];
  expect(quoted.map((quote) => oneLine(quote.replaceAll(/^> ?/gm, '')))).toEqual(said.map(oneLine));
});

test('every heading has its quotes here, and a command to run', () => {
  expect([...SECTIONS.keys()]).toEqual(['Where to begin', ...Object.keys(QUOTES)]);
  const without = [...SECTIONS].filter(
    ([, text]) => !/^```(?:sh|text)\n(?:imprimatur |npm run cli|\/[a-z]|docker )/m.test(text),
  );
  expect(without.map(([heading]) => heading)).toEqual([]);
});

test('the table of checks is complete and in the order of the checks', () => {
  const cells = [...(SECTIONS.get('Where to begin') ?? '').matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name);
  expect(cells).toEqual([...CHECK_NAMES]);
});

test('the answer to a wrong signature is the quoted one', async () => {
  const endpoints = await openEndpoints();
  try {
    const { status, text } = await post(endpoints, '{}', { 'x-hub-signature-256': 'sha256=0' });
    expect({ status, quoted: [text] }).toEqual({ status: 401, quoted: QUOTES['Webhooks are answered with 401'] });
  } finally {
    await endpoints.close();
  }
});

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function refusal(of: Refusal): string {
  return renderRefusal(of);
}

function title(promotion: Partial<Promotion>, blockedBy: number | null = null): string {
  return stateTitle(viewOf(promotion, { blockedBy }));
}

function staging(state: Parameters<typeof renderStagingCheck>[0]['state']): ReturnType<typeof renderStagingCheck> {
  const check = { repoId: 77, commit: COMMIT, checkRunId: null, state, since: AT, first: null, note: null };
  return renderStagingCheck({ check, state, note: null, heldBy: null, repo: REPO, githubUrl: GITHUB });
}

function driftAlarm(): string {
  const drift: Drift = {
    id: 'drift-1',
    repoId: 77,
    environment: 'production',
    promotionId: 'promotion-12',
    noticedAt: AT,
    differences: [MOVED_TAG],
    alternative: null,
    over: null,
    shownIn: null,
  };
  return renderDrift({ drift, promotion: viewOf().promotion, auditHead: null });
}

function tooLarge(): Promotion['findings'] {
  return size.judge(facts({ platforms: [platform({ sizeBytes: known(2_500_000_000) })] }), ruleContext());
}

function wordsOf(findings: Promotion['findings']): string {
  return findingRows(findings)
    .map(({ words, rule, platforms, seen, wanted }) => [words, rule, platforms.join(', '), seen, wanted].join(' · '))
    .join('\n');
}

function registrySays(args: {
  readonly status: number;
  readonly access: 'pull' | 'push';
  readonly hasCredential: boolean;
}): string {
  const { status, access, hasCredential } = args;
  const message = access === 'push' ? 'permission_denied: write_package' : 'authentication required';
  const body = Buffer.from(
    JSON.stringify({ errors: [{ code: access === 'push' ? 'DENIED' : 'UNAUTHORIZED', message }] }),
  );
  const tried = access === 'push' ? `POST upload session in ${IMAGE}` : `GET manifest ${IMAGE}:staging-abc1234`;
  const attempt = { tried, host: 'ghcr.io', access, unknownCode: 'repository-unknown' } as const;
  const answer = { status, headers: new Map(), body, foreign: false };
  return answerError(attempt, { answer, secrets: [], hasCredential }).message;
}

function githubSays(status: number, data: { readonly message: string }): string {
  const request = { url: 'https://api.github.com', headers: {} };
  const thrown = Object.assign(new Error(data.message), { status, request, response: { headers: {}, data } });
  const tried = status === 401 ? 'reading the App' : 'creating a comment on acme/dotca#3';
  return toOutsideError(thrown, { tried, now: NOW })?.message ?? '';
}
