// The words for a command with a mistake: the mistake, then the usage.
import { COMMANDS, type CommandMistake, type Verb } from '../../domain/command.ts';
import { code } from '../escape.ts';

/** One sentence about the mistake, then the usage and an example. Nothing of the line was done. */
export function renderMistake({ verb, mistake }: { readonly verb: Verb; readonly mistake: CommandMistake }): string {
  const { usage, example } = COMMANDS[verb];
  return `${code(`/${verb}`)} was not run: ${mistakeSentence(mistake)}\n\nUsage: ${ownCode(usage)}<br>Example: ${ownCode(example)}`;
}

function mistakeSentence(mistake: CommandMistake): string {
  switch (mistake.code) {
    case 'unknown-verb':
      return `unknown command ${typedWord(mistake.typed)}. ${code('/help')} lists all commands.`;
    case 'unknown-flag':
      return `unknown option ${typedWord(mistake.typed)}.`;
    case 'invisible-character':
      return `there is an invisible character (${mistake.seen}) in ${typedWord(mistake.typed)}. Type that word again.`;
    case 'missing-argument':
      return `${MISSING[mistake.argument]} is missing.`;
    case 'surplus-argument':
      return `unexpected argument ${typedWord(mistake.typed)}.`;
    case 'environment-without-to':
      return `unexpected argument ${typedWord(mistake.typed)}. Did you mean ${typedWord(`to ${mistake.typed}`)}?`;
    case 'environment-first':
      return `the source comes first: ${code(`/promote ${mistake.source} to ${mistake.environment}`, { maxLength: 200 })}.`;
    case 'rollback-without-reason':
      return `${MISSING.reason} is missing: ${code(['/rollback', mistake.meant, '--reason "…"'].filter((part) => part !== '').join(' '), { maxLength: 200 })}.`;
    case 'unquoted-reason':
      return `put the reason in quotes: ${code(`--reason "${mistake.meant.replaceAll('"', '')}"`, { maxLength: 200 })}.`;
    case 'source-not-first':
      return `the source comes first, but ${typedWord(mistake.typed)} follows an option.`;
    case 'quoted-argument':
      return `remove the quotes of ${typedWord(mistake.typed)}; only a reason has quotes.`;
    case 'doubled-option':
      return `${code(mistake.option)} is given twice.`;
    case 'force-without-reason':
      return `${code('force')} overrides failed checks, so it needs a reason: ${code('--reason "…"')}.`;
    case 'target-without-to':
      return `${typedWord(mistake.typed)} is not an environment. For a target, write ${typedWord(`to ${mistake.typed}`)}.`;
    case 'unbalanced-quote':
      return `the quote ${code(mistake.opener)} has no closing ${code(mistake.closer)}.`;
    case 'text-after-quote':
      return `put a space between the closing quote and ${typedWord(mistake.typed)}.`;
    case 'trailing-punctuation':
      return mistake.meant === ''
        ? `${typedWord(mistake.typed)} is only punctuation.`
        : `${typedWord(mistake.typed)} ends with punctuation. Did you mean ${typedWord(mistake.meant)}?`;
    case 'invalid-tag':
      return `${typedWord(mistake.typed)} is not a valid tag. A tag has at most 128 letters, digits, ${code('_')}, ${code('.')} and ${code('-')}.`;
    case 'invalid-digest':
      return `${typedWord(mistake.typed)} is not a valid digest: ${code('sha256:')} and 64 lowercase hex digits.`;
    case 'unknown-url':
      return `${typedWord(mistake.typed)} is not the URL of an image or a commit.`;
    case 'link-as-source':
      return `the text of a link can differ from its target. Write only the URL: ${typedWord(mistake.meant)}.`;
    case 'reference-without-tag':
      return `${typedWord(mistake.typed)} has no tag or digest: ${typedWord(`${mistake.typed}:<tag>`)}.`;
    case 'commit-as-target':
      return `${typedWord(mistake.typed)} is a commit. Name the image: a tag, a digest or a promotion.`;
    case 'hex-length':
      return `${typedWord(mistake.typed)} has ${mistake.length} hex digits; a commit has 6 to 40${mistake.length === 64 ? `. For a digest, write ${code(`sha256:${mistake.typed}`)}` : ''}.`;
    case 'invalid-environment':
      return `${typedWord(mistake.typed)} is not a valid environment name: letters, digits, ${code('-')} and ${code('_')}.`;
    case 'invalid-version':
      return mistake.cause === 'build-metadata'
        ? `${typedWord(mistake.typed)} has build metadata (${code('+…')}), which a tag can't have.`
        : `${typedWord(mistake.typed)} is not a version such as ${code('v1.2.3')} or ${code('v2.0.0-rc.1')}.`;
    case 'id-without-p':
      return `${typedWord(mistake.typed)} is not a promotion. Did you mean ${typedWord(mistake.meant)}?`;
    case 'invalid-id':
      return `${typedWord(mistake.typed)} is not a promotion; they are numbered ${code('P1')}, ${code('P2')}, and so on.`;
    case 'plan-length':
      return `${typedWord(mistake.typed)} is not a plan id. A plan id has 12 hex digits; the card shows it.`;
    case 'plan-without-id':
      return `the promotion comes before the plan id: ${typedWord(`P12 ${mistake.typed}`)}.`;
    case 'empty-reason':
      return 'the reason is empty.';
    case 'reason-too-long':
      return `the reason has ${mistake.length} characters; the maximum is ${mistake.limit}.`;
    case 'half-command':
      return `a command is one line, but the next line, ${typedWord(mistake.next)}, looks like a part of it. Write all on one line, or put a blank line between.`;
  }
}

const MISSING = {
  source: 'the source, such as a staging tag,',
  environment: `the environment after ${code('to')}`,
  version: `the version after ${code('as')}`,
  target: `the tag, digest or promotion after ${code('to')}`,
  reason: 'the reason',
} as const;

/** What somebody typed, unbounded and untrusted. */
function typedWord(typed: string): string {
  return code(typed, { maxLength: 80 });
}

/** Our own words, whose bars are to be typed as they stand. */
function ownCode(text: string): string {
  return `\`${text}\``;
}
