// `completion`: scripts for shells, made from the table of commands.
import type { CliCommand } from '../command.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** `commands` is asked when it runs: the table holds this command as well. */
export function createCompletion(commands: () => readonly CliCommand[]): CliCommand {
  return {
    name: 'completion',
    summary: 'Print a shell completion script.',
    args: [{ name: 'bash|zsh|fish', summary: 'the shell', choices: SHELLS }],
    flags: {},
    example: 'imprimatur completion bash > /etc/bash_completion.d/imprimatur',
    run: async ({ args }, { out }) => {
      const shell = SHELLS.find((name) => name === args[0]);
      if (shell === undefined) throw new Error('the argument was not checked');
      await out.write(SCRIPTS[shell](commands()));
      return 0;
    },
  };
}

const SCRIPTS: Readonly<Record<Shell, (commands: readonly CliCommand[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

type Offer = { readonly word: string; readonly summary: string };

/** Commands with arguments of any value. For these, options are offered only after a typed hyphen. */
function placesOfWords(commands: readonly CliCommand[]): ReadonlySet<string> {
  const taking = commands.filter(({ args = [] }) => args.some(({ choices }) => choices === undefined));
  return new Set(taking.map(({ name }) => name));
}

/** The allowed next words, by the words before them: `''`, `audit`, `audit verify`. */
function offersOf(commands: readonly CliCommand[]): ReadonlyMap<string, readonly Offer[]> {
  const offers = new Map<string, Offer[]>([['', []]]);
  const offer = (place: string, one: Offer): void => {
    const list = offers.get(place) ?? [];
    if (!list.some(({ word }) => word === one.word)) list.push(one);
    offers.set(place, list);
  };
  for (const { name, summary, flags, args = [] } of commands) {
    const [first = '', second] = name.split(' ');
    offer('', { word: first, summary: second === undefined ? summary : `${first} …` });
    if (second !== undefined) offer(first, { word: second, summary });
    for (const word of args[0]?.choices ?? []) offer(name, { word, summary: '' });
    for (const [flag, { summary: meaning }] of Object.entries(flags))
      offer(name, { word: `--${flag}`, summary: meaning });
    offer(name, { word: '--help', summary: 'print help' });
  }
  return offers;
}

/** By `<command> --<flag>`, for flags that take one of a few words. */
function choicesOf(commands: readonly CliCommand[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    commands.flatMap(({ name, flags }) =>
      Object.entries(flags).flatMap(([flag, { choices }]) =>
        choices === undefined ? [] : [[`${name} --${flag}`, choices] as const],
      ),
    ),
  );
}

/** The first words of commands that have two. */
function groupsOf(commands: readonly CliCommand[]): readonly string[] {
  const names = commands.map(({ name }) => name.split(' '));
  return [...new Set(names.flatMap(([first = '', second]) => (second === undefined ? [] : [first])))];
}

function bashScript(commands: readonly CliCommand[]): string {
  const wordy = placesOfWords(commands);
  const cases = [...offersOf(commands)].map(([place, offers]) => {
    const set = `words='${offers.map(({ word }) => word).join(' ')}'`;
    return `    '${place}') ${wordy.has(place) ? `[[ $current != -* ]] || ${set}` : set} ;;`;
  });
  const values = [...choicesOf(commands)].map(([place, words]) => `    '${place}') words='${words.join(' ')}' ;;`);
  const groups = groupsOf(commands).join('|');
  return `# bash completion for imprimatur
_imprimatur() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local place='' words=''
  if [ "$COMP_CWORD" -gt 1 ]; then place="\${COMP_WORDS[1]}"; fi
  case "$place" in
    ${groups}) if [ "$COMP_CWORD" -gt 2 ]; then place="$place \${COMP_WORDS[2]}"; fi ;;
  esac
  case "$place $previous" in
${values.join('\n')}
    *)
      case "$place" in
${cases.map((line) => `    ${line}`).join('\n')}
      esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _imprimatur imprimatur
`;
}

function zshScript(commands: readonly CliCommand[]): string {
  const groups = groupsOf(commands).join('|');
  const wordy = placesOfWords(commands);
  const cases = [...offersOf(commands)].map(([place, offers]) => {
    const items = offers.map(({ word, summary }) => quote(`${word}:${summary}`)).join(' ');
    const set = `offers=(${items})`;
    return `    ${quote(place)}) ${wordy.has(place) ? `[[ \${words[CURRENT]} != -* ]] || ${set}` : set} ;;`;
  });
  const values = [...choicesOf(commands)].map(
    ([place, words]) => `    ${quote(place)}) offers=(${words.map(quote).join(' ')}) ;;`,
  );
  return `#compdef imprimatur
# zsh completion for imprimatur
_imprimatur() {
  local place='' previous="\${words[CURRENT-1]}"
  local -a offers
  if (( CURRENT > 2 )); then place="\${words[2]}"; fi
  case "$place" in
    ${groups}) if (( CURRENT > 3 )); then place="$place \${words[3]}"; fi ;;
  esac
  case "$place $previous" in
${values.join('\n')}
    *)
      case "$place" in
${cases.map((line) => `    ${line}`).join('\n')}
      esac ;;
  esac
  if (( \${#offers} )); then _describe 'imprimatur' offers; else _files; fi
}
compdef _imprimatur imprimatur
`;
}

function fishScript(commands: readonly CliCommand[]): string {
  const first = offersOf(commands).get('') ?? [];
  const lines = [
    ...first.map(({ word, summary }) => complete('__fish_use_subcommand', `-f -a ${word} -d ${quote(summary)}`)),
    ...commands.flatMap(({ name, summary, flags, args = [] }) => {
      const [group = '', second] = name.split(' ');
      const seconds = commands.flatMap((other) =>
        other.name.startsWith(`${group} `) ? (other.name.split(' ')[1] ?? []) : [],
      );
      const isHere = `__fish_seen_subcommand_from ${group}`;
      const at = second === undefined ? isHere : `${isHere}; and __fish_seen_subcommand_from ${second}`;
      const none = `${isHere}; and not __fish_seen_subcommand_from ${seconds.join(' ')}`;
      return [
        ...(second === undefined ? [] : [complete(none, `-f -a ${second} -d ${quote(summary)}`)]),
        ...(args[0]?.choices ?? []).map((word) => complete(at, `-f -a ${word}`)),
        ...Object.entries(flags).map(([flag, { summary: meaning, value, choices }]) => {
          const words = choices === undefined ? '' : ` -f -a ${quote(choices.join(' '))}`;
          return complete(at, `-l ${flag}${value === null ? '' : ' -r'}${words} -d ${quote(meaning)}`);
        }),
      ];
    }),
  ];
  return `# fish completion for imprimatur\n${lines.join('')}`;
}

function complete(condition: string, rest: string): string {
  return `complete -c imprimatur -n ${quote(condition)} ${rest}\n`;
}

/** For a POSIX shell and for fish: texts of the table hold no backslash. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}
