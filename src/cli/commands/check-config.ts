// `check-config`: reads a policy file as the server does, and reports every problem with its line and column.
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { readPromotionFile } from '../../config/promotion-file.ts';
import { OutsideError } from '../../net/outside-error.ts';
import { isPolicyFolder, likenessOf } from '../../domain/policy/policy-file-name.ts';
import type { FileProblem, PolicyProblem } from '../../domain/policy/policy-problem.ts';
import { POLICY_PATH, type EnvironmentPolicy, type Policy } from '../../domain/policy/policy.ts';
import { parseRepoName } from '../../domain/image/reference.ts';
import { plainText } from '../../messages/escape.ts';
import { fileProblemWords, policyProblemWords } from '../../messages/policy-problem.ts';
import { plural } from '../../messages/format.ts';
import { reviewerWords } from '../../messages/card/reviews.ts';
import { layOut } from '../render/columns.ts';
import { jsonFlag, REPO_FORM, type CliCommand } from '../command.ts';
import { formatJson } from '../render/json.ts';
import { renderPlain } from '../render/plain-markdown.ts';
import type { Terminal } from '../services.ts';

export const checkConfig: CliCommand = {
  name: 'check-config',
  summary: 'Check a policy file and print its main settings.',
  args: [{ name: '<file>', summary: 'the policy file, such as .github/promotion.yml' }],
  flags: {
    repo: {
      value: '<owner/name>',
      summary: 'the GitHub repository of the file; sets the default image',
      form: REPO_FORM,
      isValid: (text) => parseRepoName(text) !== null,
    },
    json: jsonFlag,
  },
  example: 'imprimatur check-config .github/promotion.yml',
  run: async ({ args, flags, switches }, services) => {
    const { out, terminal } = services;
    const file = args[0] ?? '';
    const repo = parseRepoName(flags['repo'] ?? SOME_REPO);
    if (repo === null) throw new Error('the flag was not checked');
    const { registryHost } = services.settings();
    const reading = readPromotionFile({ text: await read(file), blob: 'none', repo, registryHost });
    const inFile = (reading.kind === 'problems' ? reading.problems : []).map(lineOf);
    const problems = [...problemsOfName(file), ...inFile];
    if (switches.has('json')) {
      await out.write(formatJson({ ok: problems.length === 0, problems }));
    } else if (reading.kind === 'policy' && problems.length === 0) {
      await out.write(renderPolicy(file, { policy: reading.policy, named: flags['repo'] !== undefined, terminal }));
    } else {
      const lines = problems.map(({ line, column, path, message }) => {
        const about = path === '' ? '' : `${path}: `;
        return `${file}:${line}:${column}: ${plainText(`${about}${message}`, { maxLength: 1000 })}\n`;
      });
      await out.write(lines.join(''));
    }
    return problems.length === 0 ? 0 : 1;
  },
};

/** A stable shape: docs/cli.md describes it. */
type Line = Pick<FileProblem, 'line' | 'column' | 'path'> & {
  readonly code: PolicyProblem['code'];
  readonly message: string;
};

function lineOf(problem: FileProblem): Line {
  const { line, column, path, code } = problem;
  return { line, column, path, code, message: fileProblemWords(problem) };
}

/** Elsewhere than in `.github`, a file may have any name: it is a draft or an example. */
function problemsOfName(file: string): readonly Line[] {
  const [folder, name] = [basename(dirname(resolve(file))), basename(file)];
  if (!isPolicyFolder(folder) || likenessOf(name) === null || `${folder}/${name}` === POLICY_PATH) return [];
  const problem = { code: 'wrong-file-name', found: `${folder}/${name}` } as const;
  return [{ line: 1, column: 1, path: '', code: problem.code, message: policyProblemWords(problem) }];
}

/** Used without --repo: only the default image depends on it. */
const SOME_REPO = 'owner/name';

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new OutsideError(`${plainText(file, { maxLength: 1000 })} ${problemOf(cause)}`, {
      code: 'file-unreadable',
      retryable: false,
      cause,
    });
  }
}

const FILE_PROBLEMS: ReadonlyMap<unknown, string> = new Map([
  ['ENOENT', 'does not exist'],
  ['ENOTDIR', 'does not exist'],
  ['EISDIR', 'is a folder, not a file'],
  ['EACCES', "can't be read: permission denied"],
]);

function problemOf(cause: unknown): string {
  if (!(cause instanceof Error)) return `can't be read: ${String(cause)}`;
  const known = 'code' in cause ? FILE_PROBLEMS.get(cause.code) : undefined;
  return known ?? `can't be read: ${cause.message}`;
}

function renderPolicy(
  file: string,
  { policy, named, terminal }: { readonly policy: Policy; readonly named: boolean; readonly terminal: Terminal },
): string {
  const { environments, images } = policy;
  const ownImage = !named && images.some((image) => image.endsWith(`/${SOME_REPO}`));
  const rows = environments.map((environment) => [
    environment.name,
    environment.tags.join(', ') || 'none',
    environment.branch,
    approvalText(environment, terminal),
  ]);
  return [
    `${file}: ${plural(environments.length, 'environment')}, no problems\n`,
    `Image: ${ownImage ? 'the image with the name of the repository' : images.join(', ')}`,
    `Staging: tags ${policy.staging.tagPrefix}-<commit> from branch ${policy.staging.branch}\n`,
    ...layOut([['ENVIRONMENT', 'TAGS', 'BRANCH', 'APPROVALS'], ...rows], terminal.width),
    '',
  ].join('\n');
}

function approvalText({ approvals }: EnvironmentPolicy, terminal: Terminal): string {
  if (approvals.required === 0) return 'none';
  const who = renderPlain(reviewerWords(approvals), terminal).trimEnd();
  return `${approvals.required} by ${who}${approvals.selfApproval ? ', including the requester' : ', except the requester'}`;
}
