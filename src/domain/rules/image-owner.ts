// The first promotion of an image must prove whose it is: by a `source` label or annotation that names this repository, or by a grant.
import { z } from 'zod';
import { claimsOf } from '../image/image-claims.ts';
import { SOURCE_LABEL } from '../image/image-facts.ts';
import { imageRule, type RuleContext } from '../rule.ts';
import { repositoryOf } from './source.ts';

export const imageOwner = imageRule({
  id: 'image-owner',
  kinds: ['promotion', 'rollback', 'unproven-rollback', 'rollback-to-new', 'version'],
  facets: ['contents', 'ownership'],
  seen: z.discriminatedUnion('code', [
    /** `names`: what the labels and annotations call the repository. */
    z.strictObject({ code: z.literal('proven'), names: z.array(z.string()).readonly() }),
    /** `repoId`: what the operator can grant the image to. */
    z.strictObject({ code: z.literal('not-proven'), repoId: z.int() }),
  ]),
  wanted: z.strictObject({ source: z.string(), repo: z.string() }),
}).checkedBy({
  want: ({ githubHost, repo }) => ({ source: `https://${githubHost}/${repo}`, repo }),
  // Neither force nor the level of the labels lets another repository's image in.
  unknownIsFinal: true,
  check: ({ contents, ownership: { value } }, context) => {
    if (value.claim !== 'unclaimed' && value.claim !== 'refused') return [];
    const claims = contents.value.platforms.flatMap((platform): readonly string[] => {
      const claimed = claimsOf(platform, SOURCE_LABEL);
      // A platform that names nothing proves nothing, whatever the others name.
      return claimed.kind === 'known' && claimed.value.length > 0 ? claimed.value : [''];
    });
    const names = [...new Set(claims.map((claim) => nameIn(claim, context)))];
    const isProven = names.length > 0 && names.every((name) => name !== null && value.proving.includes(name));
    if (value.claim === 'unclaimed' && isProven) {
      const proving = names.filter((name) => name !== null);
      return [{ platform: null, outcome: 'pass', seen: { code: 'proven', names: proving } }];
    }
    return [{ platform: null, outcome: 'fail', seen: { code: 'not-proven', repoId: value.repoId }, final: true }];
  },
});

/** `owner/name` of the repository on our GitHub that the label or annotation names, in lower case. */
function nameIn(label: string, { githubHost }: RuleContext): string | null {
  const home = `${githubHost.toLowerCase()}/`;
  const named = repositoryOf(label);
  return named !== null && named.startsWith(home) ? named.slice(home.length) : null;
}
