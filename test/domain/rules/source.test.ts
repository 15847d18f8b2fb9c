// The source label names the repository that promotes, in whichever form a builder wrote it.
import { expect, test } from 'vitest';
import { known, SOURCE_LABEL } from '../../../src/domain/image/image-facts.ts';
import type { Level } from '../../../src/domain/policy/policy.ts';
import { source } from '../../../src/domain/rules/source.ts';
import { config, facts, judge, platform, ruleContext, seenUnread, unread } from '../build.ts';

function outcomeOf(label: string | undefined, args: { repo?: string; githubHost?: string } = {}): string | undefined {
  const labels = label === undefined ? {} : { [SOURCE_LABEL]: label };
  const platforms = [platform({ config: known(config({ labels })) })];
  const name = (args.repo ?? 'acme/dotca').toLowerCase();
  const ownership = known({ claim: 'owned', repoId: 1, names: [name], proving: [name] } as const);
  const findings = judge(source, facts({ platforms, ownership }), { ...ruleContext(), ...args });
  return findings[0]?.outcome;
}

test.each([
  'https://github.com/acme/dotca',
  'https://github.com/acme/dotca/',
  'https://github.com/acme/dotca.git',
  'https://github.com/acme/dotca.git/',
  'https://github.com/Acme/DotCA',
  'HTTPS://GitHub.com/acme/dotca',
  'http://github.com/acme/dotca',
  'https://github.com:443/acme/dotca',
  'https://x-access-token@github.com/acme/dotca.git',
  'https://user:secret@github.com/acme/dotca',
  'git+https://github.com/acme/dotca.git',
  'https://github.com/acme/dotca.git#main',
  'https://github.com/acme/dotca?tab=readme',
  'git://github.com/acme/dotca.git',
  'ssh://git@github.com/acme/dotca.git',
  'ssh://git@github.com:22/acme/dotca.git',
  'git+ssh://git@github.com/acme/dotca.git',
  'git@github.com:acme/dotca.git',
  'git@github.com:acme/dotca',
  'github.com/acme/dotca',
  'https://www.github.com/acme/dotca',
  'http://WWW.github.com:80/acme/dotca.git',
  'git+https://www.github.com:443/acme/dotca.git#main',
  'www.github.com/acme/dotca',
  'ssh://git@ssh.github.com:443/acme/dotca.git',
  '  https://github.com/acme/dotca\n',
  'https://github.com/acme/dotca/tree/main/services/api',
  'https://github.com/acme/dotca/blob/main/Dockerfile',
  'https://github.com/acme/dotca/commit/abc1234',
  'https://github.com/acme/dotca/releases/tag/v1.2.3',
  'https://www.github.com/acme/dotca/tree/main',
  'https://github.com/acme/dotca.git/tree/main',
  'https://github.com/acme/dotca/tree/..hidden',
])('%s names the repository', (label) => {
  expect(outcomeOf(label)).toBe('pass');
});

test.each([
  'https://github.com/acme/other',
  'https://github.com/evil/dotca',
  'https://github.com/acme/dotca-evil',
  'https://github.com/acme/dotca/../other',
  'https://github.com/acme/dotca/../../evil/other',
  'https://github.com/acme/dotca/tree/../../../evil/other',
  'https://github.com/acme/dotca/%2e%2e/other',
  'https://github.com/acme/dotca/.%2E/other',
  'https://github.com/acme/dotca/..\\other',
  'https://github.com/acme//dotca',
  'https://github.com//acme/dotca',
  'https://github.com/evil/acme/dotca',
  'https://github.com/acme/./dotca',
  'https://github.com/acme',
  'https://github.com/',
  'https://gitlab.com/acme/dotca',
  'https://github.com.evil.io/acme/dotca',
  'https://evil.io/github.com/acme/dotca',
  'https://evil-github.com/acme/dotca',
  'https://github.com@evil.io/acme/dotca',
  'https://evil.io#@github.com/acme/dotca',
  'https://evil.io?@github.com/acme/dotca',
  'https://evil.io\\@github.com/acme/dotca',
  'https://evil.io/@github.com/acme/dotca',
  'https://github.com:8443/acme/dotca',
  'https://www.github.com.evil.io/acme/dotca',
  'https://www.github.com@evil.io/acme/dotca',
  'https://evil.io/www.github.com/acme/dotca',
  'https://evil.io#@www.github.com/acme/dotca',
  'https://evil-www.github.com/acme/dotca',
  'https://www.www.github.com/acme/dotca',
  'https://wwwgithub.com/acme/dotca',
  'https://gist.github.com/acme/dotca',
  'https://www.github.com/acme/other',
  'https://www.github.com:8443/acme/dotca',
  'ssh://git@github.com:443/acme/dotca',
  'ssh://git@ssh.github.com.evil.io:443/acme/dotca',
  'ssh://git@ssh.github.com:4433/acme/dotca',
  'git@evil.io:github.com/acme/dotca',
  'git@github.com:evil/acme/dotca',
  'javascript://github.com/acme/dotca',
  'https://github.com/acme/../evil/dotca',
  'https://github.com/acme/dotca.git.git',
  'https://github.com/acme/dotca%2f',
  'acme/dotca',
  'dotca',
  '#',
  'https://',
  `https://github.com/acme/dotca#${'x'.repeat(1000)}`,
])('%s names another place', (label) => {
  expect(outcomeOf(label)).toBe('fail');
});

const OURS = 'https://github.com/acme/dotca';
const THEIRS = 'https://github.com/acme/other';

test.each([
  ['an annotation alone', '', [OURS], 'pass', { code: 'label', label: OURS }],
  ['both, in two forms', OURS, ['git@github.com:acme/dotca.git'], 'pass', { code: 'label', label: OURS }],
  ['an annotation of another repository alone', '', [THEIRS], 'fail', { code: 'label', label: THEIRS }],
  [
    'a right label and a foreign annotation',
    OURS,
    [THEIRS],
    'fail',
    { code: 'claims-disagree', claims: [OURS, THEIRS] },
  ],
  [
    'a foreign label and a right annotation',
    THEIRS,
    [OURS],
    'fail',
    { code: 'claims-disagree', claims: [THEIRS, OURS] },
  ],
  ['an index that contradicts its manifest', '', [OURS, THEIRS], 'fail', { claims: [OURS, THEIRS] }],
])('%s', (_name, label, annotated, outcome, seen) => {
  const annotations = annotated.map((value) => ({ [SOURCE_LABEL]: value }));
  const platforms = [platform({ config: known(config({ labels: { [SOURCE_LABEL]: label } })), annotations })];
  const [finding] = judge(source, facts({ platforms }), ruleContext());
  expect(finding).toMatchObject({ outcome, seen });
  expect(finding?.final).toBe(outcome === 'fail' ? true : undefined);
});

test('a megabyte of slashes is judged at once', () => {
  const started = performance.now();
  expect(outcomeOf(`${'/'.repeat(1_000_000)}x`)).toBe('fail');
  expect(performance.now() - started).toBeLessThan(500);
});

test.each([
  ['with a port of its own', 'ghe.acme.io:8443', 'https://ghe.acme.io:8443/acme/dotca.git', 'pass'],
  ['with the wrong port', 'ghe.acme.io:8443', 'https://ghe.acme.io:8444/acme/dotca', 'fail'],
  ['of which the label names github.com instead', 'ghe.acme.io', 'https://github.com/acme/dotca', 'fail'],
  ['of which the label names www.github.com instead', 'ghe.acme.io', 'https://www.github.com/acme/dotca', 'fail'],
  [
    'of which the label names a host that it does not answer as',
    'ghe.acme.io',
    'https://www.ghe.acme.io/acme/dotca',
    'fail',
  ],
  ['in the scp-like form', 'ghe.acme.io', 'git@ghe.acme.io:acme/dotca.git', 'pass'],
])('an enterprise host %s', (_name, githubHost, label, outcome) => {
  expect(outcomeOf(label, { githubHost })).toBe(outcome);
});

test('an owner of digits is no port in the scp-like form', () => {
  expect(outcomeOf('git@github.com:123/app.git', { repo: '123/app' })).toBe('pass');
});

const MISSING: readonly (readonly [string, string | undefined, Level, readonly string[], string | undefined])[] = [
  ['a missing label warns where it is required', undefined, 'warn', [SOURCE_LABEL], 'warn'],
  ['an empty label is a missing one', '', 'warn', [SOURCE_LABEL], 'warn'],
  ['a missing label fails where the policy says so', undefined, 'fail', [SOURCE_LABEL], 'fail'],
  ['a missing label is fine where it is not required', undefined, 'fail', [], undefined],
  ['a missing label is fine at level off', undefined, 'off', [SOURCE_LABEL], undefined],
  ['a wrong label fails though the policy asks for none', 'https://github.com/acme/other', 'off', [], 'fail'],
];

test.each(MISSING)('%s', (_name, label, level, required, outcome) => {
  const labels = label === undefined ? {} : { [SOURCE_LABEL]: label };
  const platforms = [platform({ config: known(config({ labels })) })];
  const findings = judge(source, facts({ platforms }), ruleContext({ labels: { level, required } }));
  expect(findings[0]?.outcome).toBe(outcome);
});

test('an unknown config is unknown, whatever the policy', () => {
  const platforms = [platform({ config: unread('HTTP 403') })];
  const findings = judge(source, facts({ platforms }), ruleContext({ labels: { level: 'off', required: [] } }));
  expect(findings).toMatchObject([{ outcome: 'unknown', seen: seenUnread('HTTP 403'), final: true }]);
});

test('one platform that names another repository is enough', () => {
  const other = known(config({ labels: { [SOURCE_LABEL]: 'https://github.com/acme/other' } }));
  const platforms = [platform(), platform({ platform: 'linux/arm64', config: other })];
  const findings = judge(source, facts({ platforms }), ruleContext());
  expect(findings.map((finding) => [finding.platform, finding.outcome, finding.seen])).toEqual([
    ['linux/amd64', 'pass', { code: 'label', label: 'https://github.com/acme/dotca' }],
    ['linux/arm64', 'fail', { code: 'label', label: 'https://github.com/acme/other' }],
  ]);
});
