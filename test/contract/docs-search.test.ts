// The words that users type into a search lead to the page that answers them.
import { readFileSync } from 'node:fs';
import MarkdownIt from 'markdown-it';
import { expect, test } from 'vitest';

const WORDS: Readonly<Record<string, readonly string[]>> = {
  'README.md': [
    'environment reviewers',
    'retag workflow',
    'branch-deploy',
    'smee',
    'cloudflared',
    'tunnel',
    'laptop',
    'machine user',
    'personal access token',
    'private package',
    'multi-arch',
    'EBADENGINE',
    'demo',
  ],
  'docs/commands.md': ['rollback', 'force', 'hotfix', 'version', 'approve', 'digest', 'status'],
  'docs/policy.md': [
    'canary',
    'monorepo',
    'freeze',
    'approvals',
    'reviewers',
    'branch protection',
    'CODEOWNERS',
    'healthcheck',
  ],
  'docs/deployments.md': [
    'ansible',
    'docker compose',
    'watchtower',
    'kubernetes',
    'argo cd',
    'gitops',
    'deploy by digest',
  ],
  'docs/migrate.md': ['crane', 'skopeo', 'imagetools', 'wait timer', 'required reviewers', 'self-review'],
  'docs/operations.md': [
    'docker compose',
    'systemd',
    'kubernetes',
    'helm',
    'reverse proxy',
    'GitHub Enterprise Server',
    'postgresql',
    'sqlite',
    'high availability',
    'retention',
    'backup',
    'restore',
    'upgrade',
    'rotation',
    'prometheus',
    'grafana',
    'dashboard',
    'slack',
    'alertmanager',
    'webhook',
    'rate limit',
    'drift',
  ],
  'docs/security.md': ['threat model', 'audit trail', 'token', 'write access'],
  'docs/troubleshooting.md': ['access denied', 'image not found', '401', 'SSO', 'clock', 'button'],
  'docs/cli.md': ['exit code', 'json', 'doctor', 'audit verify', 'completion', 'status', 'history'],
  'docs/design.md': ['rule', 'runtime dependencies', 'state'],
  'docs/index.md': ['trivy', 'cosign', 'provenance', 'dashboard', 'wait timers', 'threat model', 'email'],
};

const markdown = new MarkdownIt({ html: true });

/** Headings, paragraphs, lists and tables in lower case; no code blocks. */
function proseOf(page: string): string {
  const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');
  const blocks = markdown.parse(text, {}).filter(({ type }) => type === 'inline');
  return blocks.map(({ content }) => content.replaceAll(/\s+/g, ' ').toLowerCase()).join('\n');
}

test.each(Object.entries(WORDS))('%s is found by its words', (page, words) => {
  const prose = proseOf(page);
  expect(words.filter((word) => !prose.includes(word.toLowerCase()))).toEqual([]);
});

test('the list is long enough to mean something', () => {
  expect(new Set(Object.values(WORDS).flat()).size).toBeGreaterThanOrEqual(60);
});
