// The table of commands, and the one way in: words → a command, its help, or what was wrong with them.
import { OutsideError } from '../domain/outside-error.ts';
import { auditExport } from './audit-export.ts';
import { auditVerify } from './audit-verify.ts';
import { legalForm, parseCall, type CliCommand, type CliServices, type ExitCode } from './command.ts';

export const COMMANDS: readonly CliCommand[] = [auditVerify, auditExport];

export type CliContext = Omit<CliServices, 'store'> & {
  /** Opened for a command that runs, and closed behind it. OutsideError where there is no database to read. */
  readonly openStore: () => Promise<CliServices['store']>;
};

/** Runs one command line, without the program's name. Throws only for bugs. */
export async function runCli(words: readonly string[], context: CliContext): Promise<ExitCode> {
  const { out, err } = context;
  const [first] = words;
  const found = findCommand(words);
  if (found === null) {
    if (words.some((word) => word === '--help' || word === '-h')) {
      await out.write(renderOverview());
      return 0;
    }
    const problem = first === undefined ? 'which command?' : `"${words.slice(0, 2).join(' ')}" is no command`;
    await err.write(`imprimatur: ${problem}\n${renderOverview()}`);
    return 2;
  }
  const { command, rest } = found;
  const call = parseCall(command, rest);
  switch (call.kind) {
    case 'help':
      await out.write(renderHelp(command));
      return 0;
    case 'mistake':
      await err.write(`imprimatur ${command.name}: ${call.problem}\nLegal form: ${legalForm(command)}\n`);
      return 2;
    case 'run':
      return runCommand(command, call.flags, context);
  }
}

async function runCommand(
  command: CliCommand,
  flags: Parameters<CliCommand['run']>[0],
  { openStore, ...services }: CliContext,
): Promise<ExitCode> {
  try {
    const store = await openStore();
    try {
      return await command.run(flags, { ...services, store });
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    await services.err.write(`imprimatur ${command.name}: ${error.message}\n`);
    return 1;
  }
}

function findCommand(
  words: readonly string[],
): { readonly command: CliCommand; readonly rest: readonly string[] } | null {
  for (const command of COMMANDS) {
    const { length } = command.name.split(' ');
    if (words.slice(0, length).join(' ') === command.name) return { command, rest: words.slice(length) };
  }
  return null;
}

function renderOverview(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  const rows = COMMANDS.map(({ name, says }) => `  imprimatur ${name.padEnd(width)}  ${says}\n`);
  return `Usage: imprimatur <command> [flags]\n\n${rows.join('')}\nFlags of a command: imprimatur <command> --help\n${ENVIRONMENT}`;
}

function renderHelp(command: CliCommand): string {
  const { flags, says, example } = command;
  const forms = Object.entries(flags).map(
    ([name, { value, says: meaning }]) => [`--${name} ${value}`, meaning] as const,
  );
  const width = Math.max(...forms.map(([form]) => form.length));
  const rows = forms.map(([form, meaning]) => `  ${form.padEnd(width)}  ${meaning}\n`);
  return `${says}\n\nUsage: ${legalForm(command)}\n\n${rows.join('')}\nExample:\n  ${example}\n\n${ENVIRONMENT}${EXIT_CODES}`;
}

const ENVIRONMENT = 'The database is the one that DATABASE_URL names, as for the server.\n';
const EXIT_CODES = 'Exit codes: 0 done, 1 no, 2 usage.\n';
