// The stored form of what sets a promoted image apart from what its environment held.
import { z } from 'zod';
import { commitSha, digest, tag, time } from '../documents/parts.ts';

const newest = z.array(z.strictObject({ sha: commitSha, subject: z.string(), pull: z.int().nullable() }));

const commits = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('unknown'),
    because: z.enum(['no-commit', 'held-names-none', 'commit-gone', 'no-common-history', 'too-large', 'refused']),
  }),
  z.strictObject({ kind: z.literal('no-access'), detail: z.string() }),
  z.strictObject({
    kind: z.literal('compared'),
    ahead: z.int(),
    behind: z.int(),
    authors: z.array(z.string()),
    authorCount: z.int(),
    newest,
  }),
]);

const branch = { branch: z.string() };

export const sameCode = z.discriminatedUnion('kind', [
  z.strictObject({
    ...branch,
    kind: z.literal('compared'),
    files: z.enum(['same', 'differ', 'unknown']),
    differing: z.array(z.string()),
    own: z.int().nullable(),
    newest,
  }),
  z.strictObject({
    ...branch,
    kind: z.literal('unknown'),
    because: z.enum(['no-commit', 'commit-gone', 'no-common-history', 'too-large', 'refused']),
  }),
  z.strictObject({ ...branch, kind: z.literal('no-access'), detail: z.string() }),
]);

const contents = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('unknown'), because: z.enum(['gone', 'unreadable']) }),
  z.strictObject({
    kind: z.literal('compared'),
    added: z.array(z.string()),
    removed: z.array(z.string()),
    broken: z.array(z.string()),
    platforms: z.array(
      z.strictObject({
        platform: z.string(),
        size: z.strictObject({ from: z.int(), to: z.int() }).nullable(),
        layers: z.strictObject({ shared: z.int(), removed: z.int(), added: z.int(), addedBytes: z.int() }).nullable(),
      }),
    ),
    config: z.array(
      z.discriminatedUnion('kind', [
        z.strictObject({
          kind: z.literal('config'),
          name: z.string(),
          from: z.string().nullable(),
          to: z.string().nullable(),
        }),
        z.strictObject({
          kind: z.literal('variable'),
          name: z.string(),
          change: z.enum(['added', 'removed', 'changed']),
        }),
      ]),
    ),
  }),
]);

export const imageChanges = z.strictObject({
  held: z.strictObject({
    digest,
    promotion: z.int().nullable(),
    commit: commitSha.nullable(),
    version: tag.nullable(),
    at: time.nullable(),
  }),
  readAt: time,
  commits,
  contents,
});
