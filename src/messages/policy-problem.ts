// The words for each problem of a policy file: what is wrong, and what is allowed there.
import { POLICY_PATH } from '../domain/policy/policy.ts';
import type { FileProblem, AllowedForm, PolicyProblem, SeenValue } from '../domain/policy/policy-problem.ts';
import { listWords } from './format.ts';

/** The clause that opens a list of problems; `format` is for the name of the file. */
export function invalidPolicyWords(problems: readonly PolicyProblem[], format: (name: string) => string): string {
  const isElsewhere = problems.some(({ code }) => code === 'wrong-file-name');
  return isElsewhere ? 'the policy file has the wrong name' : `${format(POLICY_PATH)} is not valid`;
}

/** Half a sentence with the place; may carry text of the file, so it is escaped when it is shown. */
export function policyProblemWords(problem: PolicyProblem): string {
  switch (problem.code) {
    case 'file-too-large':
      return `the file has ${problem.sizeBytes} bytes; the limit is ${problem.maxBytes / 1024} KiB`;
    case 'not-a-file':
      return `it is a ${problem.what}, not a file`;
    case 'wrong-file-name':
      return `rename ${problem.found} to ${POLICY_PATH}; if ${problem.found} is not a policy of Imprimatur, add an empty ${POLICY_PATH} instead`;
    default: {
      const where = `line ${problem.line}, column ${problem.column}`;
      return `${problem.path === '' ? where : `${where} (${problem.path})`}: ${fileProblemWords(problem)}`;
    }
  }
}

/** The same without the place. */
export function fileProblemWords(problem: FileProblem): string {
  switch (problem.code) {
    case 'nul-character':
      return 'NUL character: the file is not UTF-8 text';
    case 'second-document':
      return 'a second YAML document begins here: remove the ---';
    case 'yaml-version':
      return 'a policy is YAML 1.2: remove the %YAML line';
    case 'tab-indent':
      return 'this line is indented with a tab: use spaces';
    case 'yaml-tag':
      return 'YAML tags (!…) are not allowed: write the plain value';
    case 'yaml-alias':
      return 'YAML aliases (*…) are not allowed: write the value itself';
    case 'yaml-anchor':
      return 'YAML anchors (&…) are not allowed: write the value where it is needed';
    case 'too-deep':
      return 'nested too deeply: no policy key is this deep';
    case 'key-not-plain':
      return 'a key must be a plain word';
    case 'too-large':
      return `the file is larger than the limit of ${problem.maxBytes / 1024} KiB`;
    case 'too-many-tokens':
      return `the file has more than ${problem.max} YAML tokens, which is the limit`;
    case 'yaml-syntax':
      return `this is not valid YAML: ${problem.detail}`;
    case 'key-twice':
      return `duplicate key ${quote(problem.key)}`;
    case 'unknown-key': {
      const hint = problem.meant === null ? '' : ` Did you mean ${quote(problem.meant)}?`;
      return `unknown key ${quote(problem.key)}.${hint} Allowed keys: ${problem.legal.join(', ')}`;
    }
    case 'illegal-key':
      return `${quote(problem.key)} is not valid: write ${allowedWords(problem.legal)}`;
    case 'empty-value':
      return `the value is missing: write ${allowedWords(problem.legal)}, or remove the key`;
    case 'illegal-value':
      return `${seenWords(problem.seen)} is not valid: write ${allowedWords(problem.legal)}`;
    default:
      return contradictionWords(problem);
  }
}

type Contradiction = Extract<
  FileProblem,
  {
    code:
      | 'prefix-clash'
      | 'shared-tag'
      | 'no-default-tag'
      | 'reserved-default-tag'
      | 'tag-of-source'
      | 'keep-as-floating'
      | 'user-twice'
      | 'too-few-users'
      | 'empty-size-range';
  }
>;

function contradictionWords(problem: Contradiction): string {
  switch (problem.code) {
    case 'prefix-clash':
      return `the tag prefixes ${quote(problem.staging)} (staging) and ${quote(problem.hotfix)} (hotfix) overlap: they must differ, and neither may begin with the other and a hyphen`;
    case 'shared-tag': {
      const where =
        problem.owner === null ? 'is listed twice' : `already belongs to environment ${quote(problem.owner)}`;
      return `the floating tag ${quote(problem.tag)} ${where}`;
    }
    case 'no-default-tag':
      return `${quote(problem.environment)} is not a valid tag: write tags for this environment`;
    case 'reserved-default-tag':
      return `the default floating tag ${quote(problem.tag)} has the form of a tag that never moves: write tags for this environment`;
    case 'tag-of-source': {
      const { tag, prefix } = problem;
      return `the floating tag ${quote(tag)} has the form of an image tag of ${quote(prefix)}: choose one that is not ${prefix} and does not begin with ${prefix}-`;
    }
    case 'keep-as-floating':
      return `${quote(problem.keepAs)} can produce ${quote(problem.tag)}, which is a floating tag`;
    case 'user-twice':
      return `${quote(problem.user)} is listed twice: logins are not case-sensitive`;
    case 'too-few-users': {
      const listed = `${problem.listed} ${problem.listed === 1 ? 'person' : 'people'}`;
      return `a ${problem.kind} needs approval by ${problem.needed} people, but only ${listed} may approve: list more people, require fewer, or set a role`;
    }
    case 'empty-size-range':
      return `the minimum (${problem.minBytes} bytes) is larger than the maximum (${problem.maxBytes} bytes)`;
  }
}

/** A noun phrase: `write <it>`. */
function allowedWords(legal: AllowedForm): string {
  switch (legal.form) {
    case 'one-of':
      return listWords(legal.words, 'or');
    case 'whole-number':
      return `a whole number from ${legal.from} to ${legal.to}`;
    case 'tag-prefix':
      return `a tag prefix without its hyphen, such as staging, up to ${legal.maxLength} characters; not rollback, sha256 or a version`;
    case 'keep-as':
      return `a tag that contains {source} once, such as main-{source}, with up to ${legal.maxLength} other characters; or off`;
    case 'map': {
      const keys = legal.keys.length === 1 ? 'the key' : 'the keys';
      return `a map with ${keys} ${legal.keys.join(', ')} ({} sets all defaults)`;
    }
    case 'list':
      return legal.from === legal.to
        ? `a list with exactly ${legal.from} ${legal.of}`
        : `a list of ${legal.from} to ${legal.to} ${legal.of}`;
    default:
      return FORMS[legal.form];
  }
}

const FORMS = {
  boolean: 'true or false',
  image: 'an image with its registry, in lower case, without tag or digest, such as ghcr.io/acme/api',
  branch: 'a branch name, such as main',
  'floating-tag': 'a floating tag, such as main; not rollback-…, sha256-… or a version such as v1.2.3',
  login: 'a GitHub login without @, optionally with # and the account id',
  app: 'a GitHub App name as in its URL, optionally with # and its id',
  reporter: 'the login and id of a GitHub account, such as ada#12345 or argocd[bot]#678',
  label: 'a label name, such as org.opencontainers.image.source',
  'path-pattern':
    'a path from the top of the repository, with *, ? and at most two **, such as docs/**; no {} and no ()',
  platform: 'a platform, such as linux/amd64 or linux/arm/v7',
  'github-environment': 'the name of a GitHub environment, such as production',
  'environment-name': 'a name of letters, digits, - and _, but not P and a number',
  interval: 'a time from 1m to 24h in whole minutes or hours, such as 5m or 1h; or off',
  size: 'a size such as 100MB, 1.5GB (MB = 10⁶ bytes) or 2GiB, or a whole number of bytes',
  environments: 'a map of environments by name, such as production: {}',
} as const;

function seenWords(seen: SeenValue): string {
  switch (seen.kind) {
    case 'text':
      return quote(seen.text);
    case 'list':
      return seen.length === 0 ? 'an empty list' : `a list of ${seen.length}`;
    case 'map':
      return seen.isEmpty ? 'an empty map' : 'a map';
    case 'other':
      return seen.text;
  }
}

function quote(text: string): string {
  return JSON.stringify(text);
}
