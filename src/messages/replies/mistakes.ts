// The words for a command that is wrong: the one mistake that was found, then the legal form.
import { COMMANDS, type CommandMistake, type Verb } from '../../domain/command.ts';
import { code } from '../escape.ts';

/** One sentence about the mistake, then the legal form and an example. Nothing of the line was done. */
export function renderMistake({ verb, mistake }: { readonly verb: Verb; readonly mistake: CommandMistake }): string {
  const { usage, example } = COMMANDS[verb];
  return `${code(`/${verb}`)} was not run: ${mistakeSentence(mistake)}\n\nThe legal form is ${ownCode(usage)}, for example ${ownCode(example)}.`;
}

function mistakeSentence(mistake: CommandMistake): string {
  switch (mistake.code) {
    case 'unknown-verb':
      return `there is no command ${typedWord(mistake.typed)}; ${code('/help')} lists all.`;
    case 'unknown-flag':
      return `${typedWord(mistake.typed)} is no option of this command.`;
    case 'missing-argument':
      return `${MISSING[mistake.argument]} is missing.`;
    case 'surplus-argument':
      return `${typedWord(mistake.typed)} is more than this command takes.`;
    case 'source-not-first':
      return `the source comes first, and ${typedWord(mistake.typed)} stands behind an option.`;
    case 'quoted-argument':
      return `${typedWord(mistake.typed)} needs no quotes; only a reason takes them.`;
    case 'doubled-option':
      return `${code(mistake.option)} is given twice.`;
    case 'force-without-reason':
      return `${code('force')} overrides rules, so it takes a reason: ${code('--reason "…"')}.`;
    case 'target-without-to':
      return `${typedWord(mistake.typed)} is no environment; what to go back to is written ${typedWord(`to ${mistake.typed}`)}.`;
    case 'unbalanced-quote':
      return `the quote that ${code(mistake.opener)} opens is never closed by ${code(mistake.closer)}.`;
    case 'text-after-quote':
      return `${typedWord(mistake.typed)} follows a closing quote without a blank between.`;
    case 'trailing-punctuation':
      return mistake.meant === ''
        ? `${typedWord(mistake.typed)} is punctuation only.`
        : `${typedWord(mistake.typed)} ends in punctuation; did you mean ${typedWord(mistake.meant)}?`;
    case 'invalid-tag':
      return `${typedWord(mistake.typed)} can't be a tag: tags are letters, digits, ${code('_')}, ${code('.')} and ${code('-')}, at most 128 of them.`;
    case 'invalid-digest':
      return `${typedWord(mistake.typed)} is no digest: that is ${code('sha256:')} and 64 hex digits in lower case.`;
    case 'hex-length':
      return `${typedWord(mistake.typed)} has ${mistake.length} hex digits, and a commit is named by 6 to 40.`;
    case 'invalid-environment':
      return `${typedWord(mistake.typed)} can't be an environment: names are letters, digits, ${code('-')} and ${code('_')}.`;
    case 'invalid-version':
      return mistake.cause === 'build-metadata'
        ? `${typedWord(mistake.typed)} has build metadata (${code('+…')}), which no tag can hold.`
        : `${typedWord(mistake.typed)} is no version such as ${code('v1.2.3')} or ${code('v2.0.0-rc.1')}.`;
    case 'id-without-p':
      return `${typedWord(mistake.typed)} is no promotion; did you mean ${typedWord(mistake.meant)}?`;
    case 'invalid-id':
      return `${typedWord(mistake.typed)} is the number of no promotion; they are called ${code('P1')}, ${code('P2')}, and so on.`;
    case 'plan-length':
      return `${typedWord(mistake.typed)} is not the id of a plan, which has 12 hex digits; the card shows it.`;
    case 'plan-without-id':
      return `${typedWord(mistake.typed)} names a plan, and the promotion comes before it: ${typedWord(`P12 ${mistake.typed}`)}.`;
    case 'empty-reason':
      return 'the reason is empty.';
    case 'reason-too-long':
      return `the reason has ${mistake.length} characters, and ${mistake.limit} is the most.`;
    case 'half-command':
      return `the next line, ${typedWord(mistake.next)}, looks like the rest of this command, and a command is one line. Put it all on one line, or leave a blank line between.`;
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
