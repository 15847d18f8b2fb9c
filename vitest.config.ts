import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Suites of pure code, which share their workers: `npm run test:unit` runs them alone. */
const UNIT = [
  'test/{comments,config,domain,messages,net}/**/*.test.ts',
  'test/webhooks/{events/*,lifecycle,recovery-relevance,translate-delivery}.test.ts',
  'test/registry/{image-config,manifest,tags}.test.ts',
  'test/registry/auth/{challenge,credentials,realm,scopes}.test.ts',
  'test/registry/transport/*.test.ts',
  'test/engine/{doctor/image,threads/select-commands}.test.ts',
  'test/store/promotions/promotion-document.test.ts',
  'test/cli/{commands,text,commands/check-config}.test.ts',
  'test/contract/{alerts,app-manifest,architecture,compose,dockerfile,env-example,policy-schema,quirk-matrix}.test.ts',
  'test/{demo/terminal,support/no-servers}.test.ts',
];

/** Suites that start servers and change nothing of their process that the next suite would see: they share workers too. */
const SHARED = ['test/{scenarios,registry,facts,store,support,cli,fuzz}/**/*.test.ts'];

const limits = { testTimeout: 60_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    // Vitest leaves one processor alone unless told: half of a machine with two.
    maxWorkers: availableParallelism(),
    projects: [
      {
        test: {
          ...limits,
          name: 'unit',
          include: UNIT,
          isolate: false,
          pool: 'threads',
          setupFiles: ['test/support/no-servers.ts'],
        },
      },
      { test: { ...limits, name: 'shared', include: SHARED, exclude: UNIT, isolate: false } },
      { test: { ...limits, name: 'isolated', include: ['test/**/*.test.ts'], exclude: [...UNIT, ...SHARED] } },
    ],
  },
});
