// The table of commands, and the entry point: arguments → a command, its help, the version, or a usage error.
import { ConfigError } from '../config/env.ts';
import { OutsideError } from '../net/outside-error.ts';
import { NewerFormat } from '../store/database/stored.ts';
import { auditExport } from './commands/audit/audit-export.ts';
import { auditShow } from './commands/audit/audit-show.ts';
import { auditVerify } from './commands/audit/audit-verify.ts';
import { backup } from './commands/backup.ts';
import { checkConfig } from './commands/check-config.ts';
import { usageLine, parseCall, UsageError, type Call, type CliCommand, type ExitCode } from './command.ts';
import { createCompletion } from './commands/completion.ts';
import { diff } from './commands/diff.ts';
import { doctor } from './commands/doctor.ts';
import { findCommand, type CommandMatch } from './find-command.ts';
import { renderHelp, renderOverview, renderShortUsage } from './render/help.ts';
import { history } from './commands/history.ts';
import { inspect } from './commands/inspect.ts';
import { jobsDrop, jobsList, jobsRetry, jobsShow } from './commands/jobs.ts';
import { migrate } from './commands/migrate.ts';
import { plan } from './commands/plan.ts';
import { setup } from './commands/setup.ts';
import { status } from './commands/status.ts';
import { tags } from './commands/tags.ts';
import type { CliServices } from './services.ts';
import { readVersion } from './version.ts';

/** In the order of the overview. */
export const COMMANDS: readonly CliCommand[] = [
  inspect,
  plan,
  tags,
  diff,
  checkConfig,
  status,
  history,
  auditVerify,
  auditExport,
  auditShow,
  jobsList,
  jobsShow,
  jobsRetry,
  jobsDrop,
  setup,
  migrate,
  backup,
  doctor,
  createCompletion(() => COMMANDS),
];

/** Runs one command line, without the program's name. Throws only for bugs. */
export async function runCli(words: readonly string[], services: CliServices): Promise<ExitCode> {
  const { out, err } = services;
  if (words[0] === '--version') {
    await out.write(`imprimatur ${readVersion()}\n`);
    return 0;
  }
  const isHelp = words[0] === 'help';
  const found = findCommand(COMMANDS, isHelp ? words.slice(1) : words);
  if (found.kind === 'none') return answerNoCommand(found, { isHelp: isHelp || asksForHelp(words), services });
  const { command } = found;
  const rest = isHelp ? ['--help'] : found.rest;
  const call = parseCall(command, rest);
  switch (call.kind) {
    case 'help':
      await out.write(renderHelp(command));
      return 0;
    case 'mistake':
      await err.write(usageText(command, call.problem));
      return 2;
    case 'run':
      return runCommand(command, call, services);
  }
}

async function answerNoCommand(
  found: Extract<CommandMatch, { kind: 'none' }>,
  { isHelp, services }: { readonly isHelp: boolean; readonly services: CliServices },
): Promise<ExitCode> {
  const { out, err } = services;
  const { words, problem, isUnknown } = found;
  if (isHelp && !isUnknown) {
    await out.write(renderOverview(COMMANDS, words));
    return 0;
  }
  await err.write(`imprimatur: ${problem}\n${isUnknown ? renderShortUsage(words) : renderOverview(COMMANDS, words)}`);
  return 2;
}

function asksForHelp(words: readonly string[]): boolean {
  return words.some((word) => word === '--help' || word === '-h');
}

async function runCommand(command: CliCommand, call: Call, services: CliServices): Promise<ExitCode> {
  const { err, terminal } = services;
  try {
    return await command.run(call, services);
  } catch (error) {
    terminal.progress(null);
    if (error instanceof UsageError) {
      await err.write(usageText(command, error.message));
      return 2;
    }
    if (error instanceof ConfigError) {
      await err.write(error.problems.map((problem) => `imprimatur ${command.name}: ${problem}\n`).join(''));
      return 2;
    }
    if (!(error instanceof OutsideError) && !(error instanceof NewerFormat)) throw error;
    await err.write(`imprimatur ${command.name}: ${error.message}\n`);
    return 1;
  } finally {
    terminal.progress(null);
  }
}

function usageText(command: CliCommand, problem: string): string {
  return `imprimatur ${command.name}: ${problem}\nUsage: ${usageLine(command)}\n`;
}
