// The image has the code of the environment's branch, as the policy asks: the same files, or no commits of its own.
import { z } from 'zod';
import { commitSha } from '../../image/reference-schema.ts';
import { outsideText } from '../../outside-text.ts';
import { imageRule, KINDS_OF_NEW_IMAGES } from '../../rule.ts';

const branch = z.string();

export const content = imageRule({
  id: 'content',
  kinds: KINDS_OF_NEW_IMAGES,
  facets: ['sameCode'],
  seen: z.discriminatedUnion('code', [
    z.strictObject({ code: z.enum(['same-files', 'no-own-commits']), branch }),
    /** `count` null: more than GitHub lists at once. `commits`: the newest of them. */
    z.strictObject({ code: z.literal('own-commits'), branch, count: z.int().nullable(), commits: z.array(commitSha) }),
    /** `paths`: some of the files. */
    z.strictObject({ code: z.literal('other-files'), branch, paths: z.array(outsideText) }),
    z.strictObject({
      code: z.literal('not-compared'),
      branch,
      because: z.enum(['no-commit', 'commit-gone', 'no-common-history', 'too-large', 'refused', 'files-unknown']),
    }),
  ]),
  wanted: z.strictObject({ match: z.enum(['identical', 'subset', 'off']) }),
}).checkedBy({
  want: ({ policy }) => ({ match: policy.validation.content.match }),
  isOn: ({ validation }) => validation.content.match !== 'off',
  check: ({ sameCode: { value } }, { policy }) => {
    const { match } = policy.validation.content;
    if (value.kind === 'several-environments' || match === 'off') return [];
    const { branch: name } = value;
    if (value.kind === 'no-access') {
      const reason = { code: 'no-access', source: 'github', detail: value.detail } as const;
      return [{ platform: null, outcome: 'unknown', seen: { code: 'unknown', reason } }];
    }
    if (value.kind === 'unknown') {
      const { because } = value;
      return [{ platform: null, outcome: 'unknown', seen: { code: 'not-compared', branch: name, because } }];
    }
    const { files, differing, own, newest } = value;
    if (files === 'same') return [{ platform: null, outcome: 'pass', seen: { code: 'same-files', branch: name } }];
    if (match === 'subset') {
      if (own === 0) return [{ platform: null, outcome: 'pass', seen: { code: 'no-own-commits', branch: name } }];
      const commits = newest.map(({ sha }) => sha);
      return [{ platform: null, outcome: 'fail', seen: { code: 'own-commits', branch: name, count: own, commits } }];
    }
    return files === 'differ'
      ? [{ platform: null, outcome: 'fail', seen: { code: 'other-files', branch: name, paths: [...differing] } }]
      : [
          {
            platform: null,
            outcome: 'unknown',
            seen: { code: 'not-compared', branch: name, because: 'files-unknown' },
          },
        ];
  },
});
