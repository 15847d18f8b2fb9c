// The words for each problem of a policy file: what is wrong, and what is legal there.
import type { FileProblem, LegalForm, PolicyProblem, SeenValue } from '../domain/policy/policy-problem.ts';
import { listWords } from './format.ts';

/** Half a sentence with the place; may carry text of the file, so it is escaped when it is shown. */
export function policyProblemWords(problem: PolicyProblem): string {
  switch (problem.code) {
    case 'file-too-large':
      return `the file has ${problem.sizeBytes} bytes: at most ${problem.maxBytes / 1024} KiB are read`;
    case 'not-a-file':
      return `it is a ${problem.what}, and has to be a file`;
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
      return 'a NUL character: this is no UTF-8 text';
    case 'second-document':
      return 'a second document begins: a policy is one document, so leave the --- out';
    case 'yaml-version':
      return 'a policy is YAML 1.2: leave the %YAML line out';
    case 'tab-indent':
      return 'a tab indents this line: YAML is indented with blanks';
    case 'yaml-tag':
      return 'tags (!…) are not legal here: write the plain value';
    case 'yaml-alias':
      return 'aliases (*…) are not legal here: write the value out';
    case 'yaml-anchor':
      return 'anchors (&…) are not legal here: write the value out where it is needed';
    case 'too-deep':
      return 'nested deeper than any key of a policy';
    case 'key-not-plain':
      return 'a key is one plain word';
    case 'too-large':
      return `the file is larger than ${problem.maxBytes / 1024} KiB: no policy is that long`;
    case 'too-many-tokens':
      return `more than ${problem.max} words and signs: no policy is that long`;
    case 'yaml-syntax':
      return `this is not YAML: ${problem.detail}`;
    case 'key-twice':
      return `the key ${quote(problem.key)} is written twice`;
    case 'unknown-key': {
      const hint = problem.meant === null ? '' : ` Did you mean ${quote(problem.meant)}?`;
      return `there is no key ${quote(problem.key)} here.${hint} Legal keys: ${problem.legal.join(', ')}`;
    }
    case 'illegal-key':
      return `write ${legalWords(problem.legal)}, not ${quote(problem.key)}`;
    case 'empty-value':
      return `nothing is written here: write ${legalWords(problem.legal)}, or leave the key out`;
    case 'illegal-value':
      return `write ${legalWords(problem.legal)}, not ${seenWords(problem.seen)}`;
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
      return `tags of ${quote(problem.hotfix)} could not be told from tags of ${quote(problem.staging)}: the prefixes of staging and hotfix must differ, and neither may begin with the other and a hyphen`;
    case 'shared-tag': {
      const where = problem.owner === null ? 'in this list' : `to environment ${quote(problem.owner)}`;
      return `the floating tag ${quote(problem.tag)} belongs ${where} already: one tag, one place`;
    }
    case 'no-default-tag':
      return `${quote(problem.environment)} is no legal tag, so write tags here`;
    case 'reserved-default-tag':
      return `the floating tag ${quote(problem.tag)}, which is the default, would be taken for one that never moves: write tags here`;
    case 'tag-of-source': {
      const { tag, prefix } = problem;
      return `the floating tag ${quote(tag)} would be taken for an image of ${quote(prefix)}: write one that is not ${prefix} and does not begin with ${prefix}-`;
    }
    case 'keep-as-floating':
      return `${quote(problem.keepAs)} could become ${quote(problem.tag)}, which is a floating tag`;
    case 'user-twice':
      return `${quote(problem.user)} is listed twice: logins are compared without case`;
    case 'too-few-users': {
      const listed = `${problem.listed} ${problem.listed === 1 ? 'person' : 'people'}`;
      return `${problem.needed} people must approve a ${problem.kind}, but only ${listed} may: list more of them, ask for fewer, or write a role`;
    }
    case 'empty-size-range':
      return `the minimum (${problem.minBytes} bytes) is over the maximum (${problem.maxBytes} bytes)`;
  }
}

/** A noun phrase: `write <it>`. */
function legalWords(legal: LegalForm): string {
  switch (legal.form) {
    case 'one-of':
      return listWords(legal.words, 'or');
    case 'whole-number':
      return `a whole number from ${legal.from} to ${legal.to}`;
    case 'tag-prefix':
      return `the beginning of tags without its hyphen, such as staging, up to ${legal.maxLength} characters; not rollback, sha256 or a version`;
    case 'keep-as':
      return `a tag with {source} in it once, such as main-{source}, up to ${legal.maxLength} characters besides; or off`;
    case 'map': {
      const keys = legal.keys.length === 1 ? 'the key' : 'keys among';
      return `a map with ${keys} ${legal.keys.join(', ')} ({} for all defaults)`;
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
  image: 'an image with its registry and in lower case, without tag or digest, such as ghcr.io/acme/api',
  branch: 'the name of a branch, such as main',
  'floating-tag': 'a tag that may move, such as main; not rollback-…, sha256-… or a version such as v1.2.3',
  login: 'the login of a person on GitHub, without @, perhaps with # and the id of the account',
  app: 'the name of a GitHub App as in its address, perhaps with # and its id',
  reporter: 'the login and the id of an account on GitHub, such as ada#12345 or argocd[bot]#678',
  label: 'the name of a label, such as org.opencontainers.image.source',
  'github-environment': 'the name of an environment on GitHub, such as production',
  'environment-name': 'a name of letters, digits, - and _, other than P and a number',
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
