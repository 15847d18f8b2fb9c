// The words of the refusals that name images, each with what became of it in the environment.
import type { Digest } from '../../domain/image/reference.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { joinSentences } from '../blocks.ts';
import { code } from '../escape.ts';
import { codeList, shortDigest } from '../format.ts';
import { outcomeParts, outcomeSentence } from '../held-words.ts';

type Naming = Extract<Refusal, { readonly outcomes?: unknown }>['code'];

export const NAMED_IMAGE_REFUSALS: {
  readonly [Code in Naming]: (refusal: Extract<Refusal, { readonly code: Code }>) => string;
} = {
  'tag-holds-another': ({ tag, named, holds, outcomes }) =>
    joinSentences([
      `${code(tag)} holds ${shortDigest(holds)}, not ${shortDigest(named)}.`,
      `If you mean the digest: ${code(named)}.`,
      outcomeOf(outcomes, named),
      `If you mean the tag: ${code(tag)}.`,
      outcomeOf(outcomes, holds),
    ]),

  'source-ambiguous': ({ typed, candidates, outcomes = [] }) => {
    const lines = candidates.slice(0, 10).map(({ tag, digest }) => {
      const outcome = outcomes.find((one) => one.digest === digest);
      const parts = [
        code(`/promote ${tag}`),
        shortDigest(digest),
        ...(outcome === undefined ? [] : outcomeParts(outcome)),
      ];
      return `- ${parts.join(' · ')}`;
    });
    return [`${code(typed, { maxLength: 140 })} matches several images. Choose one:`, '', ...lines].join('\n');
  },

  'digest-of-platform': ({ named, tag, digest, outcomes }) =>
    joinSentences([
      `${shortDigest(named)} is one platform of ${code(tag)}, not the whole image (${shortDigest(digest)}).`,
      `Promote the whole image: ${code(`/promote ${tag}`)}.`,
      outcomeOf(outcomes, digest),
    ]),

  'already-in-production': ({ environment, digest, tags, outcomes }) =>
    joinSentences([
      `Nothing to do: ${code(environment)} already has this image.`,
      `${codeList(tags, { max: 20 })} ${tags.length === 1 ? 'holds' : 'hold'} ${shortDigest(digest)}.`,
      outcomeOf(outcomes, digest),
    ]),

  'version-taken': ({ tag, holds, wanted, outcomes }) =>
    joinSentences([
      `${code(tag)} already holds another image: ${code(holds)}, not ${code(wanted)}.`,
      'A version is never moved.',
      `Use another version, or promote the digest that ${code(tag)} holds.`,
      outcomeOf(outcomes, holds),
    ]),

  'image-changed': ({ tag, shown, holds, outcomes }) =>
    joinSentences([
      `Nothing was requested: ${code(tag)} held ${shortDigest(shown)} when it was checked, and now holds ${shortDigest(holds)}.`,
      `**Re-run** this check for the new image, or comment ${code(`/promote ${tag}`)}.`,
      outcomeOf(outcomes, holds),
    ]),
};

type Outcomes = Extract<Refusal, { readonly code: 'source-ambiguous' }>['outcomes'];

/** A sentence; empty where the environment never held it. */
function outcomeOf(outcomes: Outcomes = [], digest: Digest): string {
  const outcome = outcomes.find((one) => one.digest === digest);
  return outcome === undefined ? '' : outcomeSentence(outcome);
}
