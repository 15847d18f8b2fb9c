// The alert rules ask for metrics that exist, and each alert has its paragraph in docs/operations.md.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { createMetrics } from '../../src/net/metrics.ts';

const Rules = z.object({
  groups: z.tuple([
    z.object({
      name: z.literal('imprimatur'),
      rules: z.array(
        z.strictObject({
          alert: z.string(),
          expr: z.string(),
          for: z
            .string()
            .regex(/^\d+m$/)
            .optional(),
          labels: z.strictObject({ severity: z.enum(['page', 'ticket']) }),
          annotations: z.strictObject({ summary: z.string(), description: z.string() }),
        }),
      ),
    }),
  ]),
});

const [{ rules }] = Rules.parse(parse(readText('docs/alerts.yml'))).groups;

function readText(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

test('each alert has its paragraph, and each paragraph its alert, in the same order', () => {
  const section = /\n### Alerts\n([\s\S]*?)\n#{2,3} /.exec(readText('docs/operations.md'))?.[1] ?? '';
  const headings = [...section.matchAll(/^#### (\w+)\n\n\S/gm)].map(([, name]) => name);
  expect(headings).toEqual(rules.map(({ alert }) => alert));
  expect(new Set(headings).size).toBe(headings.length);
});

test.each(rules)('$alert asks for a metric that exists, with labels that it has', async ({ expr }) => {
  const body = await createMetrics().render({
    jobs: { dead: 1 },
    oldestDueJobSeconds: 0,
    promotions: {},
    mixed: 0,
    drifts: [{ repo: 'acme/dotca', environment: 'production', count: 1 }],
    patDaysLeft: 3,
    recoveryAgeSeconds: 0,
  });
  const metrics = [...body.matchAll(/^# TYPE (imprimatur_\w+) (\w+)/gm)].flatMap(([, name = '', type]) =>
    type === 'histogram' ? [`${name}_bucket`] : [name],
  );
  const asked = [...expr.matchAll(/\bimprimatur_\w+/g)].map(([name]) => name);
  for (const name of asked) expect(metrics).toContain(name);
  expect(asked.length + (expr.includes('up{') ? 1 : 0)).toBeGreaterThan(0);
});

test('every metric that reports trouble has an alert', () => {
  const expressions = rules.map(({ expr }) => expr).join('\n');
  const trouble = ['mixed_production', 'drift', 'pat_days_left', 'delivery_recovery_age_seconds', 'breaker_open'];
  for (const name of [...trouble, 'oldest_due_job_seconds', 'github_rate_limit_left', 'decision_seconds']) {
    expect(expressions).toContain(`imprimatur_${name}`);
  }
});
