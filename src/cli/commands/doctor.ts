// `doctor`: checks the whole set-up, and prints for each check what was found and how to fix it.
import { parseRepoName } from '../../domain/image/reference.ts';
import type { Check, CheckOutcome } from '../../domain/doctor/check.ts';
import { examine, type Examination } from '../../engine/doctor/examine.ts';
import { checkWords, progressText, subjectTitle } from '../../messages/doctor/words.ts';
import { plural } from '../../messages/format.ts';
import { layOut, type Cell } from '../render/columns.ts';
import { jsonFlag, REPO_FORM, type CliCommand } from '../command.ts';
import { formatJson } from '../render/json.ts';
import type { Style, Terminal } from '../services.ts';

export const doctor: CliCommand = {
  name: 'doctor',
  summary: 'Check the key, clock, webhook, permissions, tokens and registry access.',
  flags: {
    repo: {
      value: '<owner/name>',
      summary: 'check this repository (default: all with promotions in the database)',
      form: REPO_FORM,
      isValid: (text) => parseRepoName(text) !== null,
    },
    json: jsonFlag,
  },
  example: 'imprimatur doctor --repo acme/dotca',
  run: async ({ flags, switches }, { setup, out, terminal }) => {
    const only = parseRepoName(flags['repo'] ?? '');
    const examination = await examine(await setup(), {
      only,
      onProgress: (about) => terminal.progress(progressText(about)),
    });
    terminal.progress(null);
    const text = switches.has('json')
      ? formatJson(examinationJson(examination))
      : renderExamination(examination, terminal);
    await out.write(text);
    return examination.healthy ? 0 : 1;
  },
};

/** A stable shape: docs/troubleshooting.md describes it. */
function examinationJson({ healthy, groups }: Examination): object {
  const checks = groups.flatMap(({ about, checks: own }) =>
    own.map((check) => {
      const { name, outcome, code } = check;
      return { about: subjectTitle(about), name, outcome, code, ...checkWords(check) };
    }),
  );
  return { healthy, checks };
}

function renderExamination({ groups }: Examination, { width, style }: Terminal): string {
  const checks = groups.flatMap((group) => group.checks);
  // Names have one width in all groups, so that the messages line up.
  const nameWidth = Math.max(0, ...checks.map(({ name }) => name.length));
  const blocks = groups.map(({ about, checks: own }) => {
    const rows = own.map((check) => rowOf(check, { style, nameWidth }));
    return `${style.bold(subjectTitle(about))}\n${layOut(rows, width)
      .map((line) => `${line}\n`)
      .join('')}`;
  });
  return `${blocks.join('\n')}\n${summaryOf(checks)}\n`;
}

const SYMBOLS: Readonly<Record<CheckOutcome, string>> = { ok: '✓', warn: '!', fail: '✗', unknown: '?' };
const COLOURS: Readonly<Record<CheckOutcome, keyof Style>> = {
  ok: 'green',
  warn: 'yellow',
  fail: 'red',
  unknown: 'dim',
};

function rowOf(
  check: Check,
  { style, nameWidth }: { readonly style: Style; readonly nameWidth: number },
): readonly Cell[] {
  const { name, outcome } = check;
  const { message, hint } = checkWords(check);
  const colour = style[COLOURS[outcome]];
  return [colour(SYMBOLS[outcome]), name.padEnd(nameWidth), hint === null ? message : [message, `→ ${hint}`]];
}

/** `17 of 17 checks passed`, or `14 of 17 checks passed: 1 failed, 2 warnings`. */
function summaryOf(checks: readonly Check[]): string {
  const count = (outcome: CheckOutcome): number => checks.filter((check) => check.outcome === outcome).length;
  const others = [
    count('fail') > 0 ? `${count('fail')} failed` : null,
    count('warn') > 0 ? plural(count('warn'), 'warning') : null,
    count('unknown') > 0 ? `${count('unknown')} unknown` : null,
  ].filter((part) => part !== null);
  const passed = `${count('ok')} of ${plural(checks.length, 'check')} passed`;
  return others.length === 0 ? passed : `${passed}: ${others.join(', ')}`;
}
