// `doctor`: is everything there that promoting takes? Each check with what was seen and what to do.
import { parseRepoName } from '../../domain/image/reference.ts';
import type { Check, CheckOutcome } from '../../domain/doctor/check.ts';
import { examine, type Examination } from '../../engine/doctor/examine.ts';
import { checkWords, progressText, subjectTitle } from '../../messages/doctor/words.ts';
import { plural } from '../../messages/format.ts';
import { layOut, type Cell } from '../render/columns.ts';
import { jsonFlag, type CliCommand } from '../command.ts';
import { formatJson } from '../render/json.ts';
import type { Style, Terminal } from '../services.ts';

export const doctor: CliCommand = {
  name: 'doctor',
  summary: 'Look for what is wrong with keys, clock, webhook, permissions and tokens.',
  flags: {
    repo: {
      value: '<owner/name>',
      summary: 'this repository (default: each that the database knows promotions of)',
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
  // Names are of one width in all groups, so that the sentences stand under each other.
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

/** `1 fails, 2 warn, 12 are ok.` */
function summaryOf(checks: readonly Check[]): string {
  const count = (outcome: CheckOutcome, one: string, many: string): string => {
    const found = checks.filter((check) => check.outcome === outcome).length;
    return found === 0 ? '' : `${found} ${found === 1 ? one : many}`;
  };
  const parts = [
    count('fail', 'fails', 'fail'),
    count('warn', 'warns', 'warn'),
    count('unknown', 'is unknown', 'are unknown'),
    count('ok', 'is ok', 'are ok'),
  ];
  return `Of ${plural(checks.length, 'check')}: ${parts.filter((part) => part !== '').join(', ')}.`;
}
