// The words for a pushed git tag that names no image by itself: why, and the line that gives the version to an image.
import type { GitTagAnswer, NotInProduction } from '../domain/promotion/git-tag.ts';
import type { Tag } from '../domain/image/reference.ts';
import { code } from './escape.ts';
import { codeList, shortDigest } from './format.ts';
import { outcomeSentence } from './held-words.ts';
import { renderRefusal } from './replies/refusals.ts';

/** `title` is plain text, `summary` Markdown. */
export type RenderedAnswer = {
  readonly conclusion: 'success' | 'neutral';
  readonly title: string;
  readonly summary: string;
};

export function renderGitTagAnswer(answer: GitTagAnswer, tag: Tag): RenderedAnswer {
  switch (answer.kind) {
    case 'named-already':
      return {
        conclusion: 'success',
        title: `${tag} is what ${answer.environment} holds`,
        summary: `Nothing to do: ${code(tag)} already holds ${shortDigest(answer.digest)}, as ${code(answer.environment)} does.`,
      };
    case 'refused':
      return { conclusion: 'neutral', title: `${tag} was not written`, summary: renderRefusal(answer.refusal) };
    case 'not-in-production': {
      const { environment, source, sourceOutcome: outcome } = answer;
      const to = environment === 'production' ? '' : ` to ${environment}`;
      const line = code(`/promote ${source ?? '<source>'}${to} as ${tag}`);
      const what =
        source === null
          ? 'No staging image has these files. To give the version to an image,'
          : 'To promote the image with these files as that version,';
      return {
        conclusion: 'neutral',
        title: `${tag} is not what ${environment} holds`,
        summary: `No tag was written: ${reason(answer.why, environment)} ${what} comment ${line} on an issue or pull request.${outcome === undefined ? '' : ` ${outcomeSentence(outcome)}`}`,
      };
    }
  }
}

function reason(why: NotInProduction, environment: string): string {
  switch (why.cause) {
    case 'not-on-branch':
      return `the tagged commit is not on ${code(why.branch)}, the branch of ${code(environment)}.`;
    case 'nothing-held':
      return `${codeList(why.tags, { max: 20 })} ${why.tags.length === 1 ? 'does' : 'do'} not exist, so ${code(environment)} holds no image.`;
    case 'mixed':
      return `${codeList(why.tags, { max: 20 })} hold different images, so the image of ${code(environment)} is not clear.`;
    case 'no-commit':
      return `${code(environment)} holds ${shortDigest(why.digest)}, which names no commit of this repository.`;
    case 'other-files':
      return `${code(environment)} holds ${shortDigest(why.digest)}, built from ${code(why.commit.slice(0, 7))}, whose files differ from the tagged commit.`;
  }
}
