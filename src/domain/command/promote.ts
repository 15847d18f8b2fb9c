// `/promote`: requests a promotion. A source, then options in any order, each at most once.
import type { Tag } from '../image/reference.ts';
import { hasTargetForm } from '../promotion/rollback-target.ts';
import { mapValue, mistake, value, type CommandMistake, type OptionName, type Parsed } from './mistake.ts';
import {
  optionOf,
  parseBare,
  parseKeyWordValue,
  parseOptions,
  parseReasonOption,
  surplus,
  type FoundOption,
  type OptionGrammar,
  type ReadOption,
} from './options.ts';
import type { SlashCommand } from './slash-command.ts';
import { parseEnvironment, parseSource, parseVersion, type SourceSpec } from './values.ts';
import { readWords, type Word } from './words.ts';

type PromoteArguments = {
  /** Null requests the list of candidates; then only `environment` can be given. */
  readonly source: SourceSpec | null;
  /** As typed; the policy decides whether it exists. Null: the default one. */
  readonly environment: string | null;
  /** Never null with `force`. */
  readonly reason: string | null;
  /** With its `v`, such as `v1.2.3`. */
  readonly version: Tag | null;
  readonly force: boolean;
};

export const promote: SlashCommand<{ readonly kind: 'promote' } & PromoteArguments> = {
  usage: '/promote <source> [to <environment>] [as vX.Y.Z] [force] [--reason "…"]',
  example: '/promote staging-abc1234 to production --reason "fixes the login page"',
  answered: 'everywhere',
  takesOptions: true,
  dependsOnThread: false,
  access: 'write',
  parse: (text) => mapValue(parseArguments(text), (given) => ({ kind: 'promote', ...given })),
};

type Options = Omit<PromoteArguments, 'source'>;

const OPTIONS: Omit<OptionGrammar<Options>, 'explainStray'> = {
  takes: ['to', 'as', 'force', '--reason'],
  none: { environment: null, reason: null, version: null, force: false },
  read: readOption,
};

/**
 * promote = [ source ] *( "to" environment / "as" version / "force" / "--reason" [ "=" ] text ), each option once;
 * without a source only `to`; `force` only with a reason
 */
function parseArguments(text: string): Parsed<PromoteArguments> {
  const read = readWords(text);
  if (read.kind === 'mistake') return read;
  const words = read.value;
  const [first] = words;
  const hasSource = first !== undefined && first.kind !== 'flag' && optionOf(first, OPTIONS.takes) === null;
  if (!hasSource) return parseWithoutSource(words);
  const source = parseBare(first, parseSource);
  if (source.kind === 'mistake') return source;
  const options = parseOptions(words.slice(1), {
    ...OPTIONS,
    explainStray: (typed) => explainStray(first.text, typed),
  });
  if (options.kind === 'mistake') return options;
  if (options.value.force && options.value.reason === null) return mistake({ code: 'force-without-reason' });
  return value({ source: source.value, ...options.value });
}

function parseWithoutSource(words: readonly Word[]): Parsed<PromoteArguments> {
  const options = parseOptions(words, { ...OPTIONS, explainStray: sourceNotFirst });
  if (options.kind === 'mistake') return options;
  const { environment, ...others } = options.value;
  const onlyEnvironment = others.reason === null && others.version === null && !others.force;
  if (!onlyEnvironment) return mistake({ code: 'missing-argument', argument: 'source' });
  return value({ ...OPTIONS.none, source: null, environment });
}

function readOption(option: OptionName, found: FoundOption): Parsed<ReadOption<Options>> {
  switch (option) {
    case 'force':
      return value({ options: { force: true }, wordsUsed: 1 });
    case 'to': {
      const parsed = parseKeyWordValue(found, 'environment', parseEnvironment);
      return parsed.kind === 'mistake' ? parsed : value({ options: { environment: parsed.value }, wordsUsed: 2 });
    }
    case 'as': {
      const parsed = parseKeyWordValue(found, 'version', parseVersion);
      return parsed.kind === 'mistake' ? parsed : value({ options: { version: parsed.value }, wordsUsed: 2 });
    }
    case '--reason':
      return parseReasonOption(found);
  }
}

/** Behind the source, a bare word is most often the environment; behind an environment, it is the source. */
function explainStray(first: string, typed: string): CommandMistake {
  if (hasTargetForm(typed)) {
    const isSource = hasTargetForm(first) || SOURCE_WORDS.includes(first) || parseEnvironment(first).kind === 'mistake';
    return isSource ? surplus(typed) : { code: 'environment-first', environment: first, source: typed };
  }
  return parseEnvironment(typed).kind === 'value' ? { code: 'environment-without-to', typed } : surplus(typed);
}

/** As sources they need no hyphen: `/promote staging abc1234` lacks one. */
const SOURCE_WORDS: readonly string[] = ['staging', 'hotfix'];

function sourceNotFirst(typed: string): CommandMistake {
  return { code: 'source-not-first', typed };
}
