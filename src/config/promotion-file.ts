// Reads `.github/promotion.yml`: YAML text becomes a Policy, or every problem in it with its line and column.
import { z } from 'zod';
import type { FileProblem } from '../domain/policy/policy-problem.ts';
import type { Policy } from '../domain/policy/policy.ts';
import type { RepoName } from '../domain/image/reference.ts';
import { findContradictions } from './promotion-file/contradictions.ts';
import { withoutByteOrderMark } from './promotion-file/has-own-key.ts';
import { formatPath, problemsOf, type FilePath, type Problem } from './promotion-file/problem.ts';
import { keysAt, PromotionFile } from './promotion-file/schema.ts';
import { toPolicy } from './promotion-file/to-policy.ts';
import { readYaml, type PlacedProblem } from './promotion-file/yaml.ts';

export type PromotionFileReading =
  | { readonly kind: 'policy'; readonly policy: Policy }
  /** In the order of the file, at least one, at most 20. */
  | { readonly kind: 'problems'; readonly problems: readonly FileProblem[] };

export const MAX_POLICY_FILE_BYTES = 64 * 1024;
const MAX_PROBLEMS = 20;

/** Never throws, whatever the text. `blob` is git's id of the file, `registryHost` that of images which no key names. */
export function readPromotionFile(args: {
  readonly text: string;
  readonly blob: string;
  readonly repo: RepoName;
  readonly registryHost: string;
}): PromotionFileReading {
  if (new TextEncoder().encode(args.text).length > MAX_POLICY_FILE_BYTES) {
    return refuse([{ line: 1, column: 1, path: '', code: 'too-large', maxBytes: MAX_POLICY_FILE_BYTES }]);
  }
  const text = withoutByteOrderMark(args.text);
  const yaml = readYaml(text);
  if (yaml.kind === 'unreadable') return refuse(firstOfEachLine(toFileProblems(yaml.problems, text)));
  const file = yaml.value ?? {};
  const parsed = PromotionFile.safeParse(file);
  const found = parsed.success ? [] : parsed.error.issues.flatMap((issue) => problemsOf(issue, { file, keysAt }));
  const legal = parsed.success ? parsed.data : readWithout(file, found);
  const policy = legal === null ? null : toPolicy(legal, args);
  const contradictions = legal === null || policy === null ? [] : findContradictions(policy, legal);
  const placed = [...found, ...contradictions].map(yaml.place).filter(({ path }) => !yaml.problems.some(isAt(path)));
  const problems = toFileProblems([...yaml.problems, ...placed], text);
  if (policy !== null && problems.length === 0) return { kind: 'policy', policy };
  return refuse(problems);
}

/** JSON Schema (draft 7) of the file, for completion in editors. */
export function promotionFileJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(PromotionFile, {
    target: 'draft-7',
    io: 'input',
    // zod leaves `default` out where a value is transformed, since it would be that of the output.
    override: ({ jsonSchema }) => {
      if (!('defaultsTo' in jsonSchema)) return;
      jsonSchema.default = jsonSchema['defaultsTo'];
      delete jsonSchema['defaultsTo'];
    },
  });
  return { $schema, title: 'Imprimatur: .github/promotion.yml', ...schema };
}

function refuse(problems: readonly FileProblem[]): PromotionFileReading {
  return { kind: 'problems', problems: problems.slice(0, MAX_PROBLEMS) };
}

/**
 * The file without the parts that have problems, so that contradictions in the rest are reported at once too; null if a
 * broken part could cause or hide them.
 */
function readWithout(file: unknown, problems: readonly Problem[]): PromotionFile | null {
  const broken = new Set(problems.map(({ path }) => formatPath(path.slice(0, path[0] === 'environments' ? 2 : 1))));
  if (['', 'staging', 'hotfix', 'environments'].some((part) => broken.has(part))) return null;
  const left = leaveOut(file, [], broken);
  return PromotionFile.safeParse(left).data ?? null;
}

function leaveOut(map: unknown, path: FilePath, broken: ReadonlySet<string>): unknown {
  if (typeof map !== 'object' || map === null) return map;
  const entries = Object.entries(map).filter(([key]) => !broken.has(formatPath([...path, key])));
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, key === 'environments' ? leaveOut(inner, [key], broken) : inner]),
  );
}

/** Something was refused there already, such as an alias. That its value is invalid adds nothing. */
function isAt(path: FilePath): (other: PlacedProblem) => boolean {
  return (other) => formatPath(other.path) === formatPath(path);
}

/** One syntax error in YAML causes further ones until the end of the line. */
function firstOfEachLine(problems: readonly FileProblem[]): readonly FileProblem[] {
  return problems.filter(({ line }, index) => problems[index - 1]?.line !== line);
}

function toFileProblems(problems: readonly PlacedProblem[], text: string): readonly FileProblem[] {
  // zod reports a value that should be a list twice: for its type and for its length.
  const unique = new Map(problems.map((problem) => [`${problem.offset} ${JSON.stringify(problem.mistake)}`, problem]));
  const sorted = [...unique.values()].toSorted((a, b) => a.offset - b.offset);
  // Line ends are counted once from first to last, as a hostile text has thousands of problems.
  let line = 1;
  let lineStart = 0;
  return sorted.map(({ path, offset, mistake }) => {
    for (let end = text.indexOf('\n', lineStart); end !== -1 && end < offset; end = text.indexOf('\n', lineStart)) {
      line += 1;
      lineStart = end + 1;
    }
    return { line, column: offset - lineStart + 1, path: formatPath(path), ...mistake };
  });
}
