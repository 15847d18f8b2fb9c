// No text uses a retired identifier or phrase: STYLE.md's terms are the only ones in code, docs and configuration.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** A term that is no longer used, and what to write instead. */
type Retired = readonly [pattern: RegExp, instead: string];

const RETIRED: readonly Retired[] = [
  [/\bblot(?:s|ted|ting)?\b/i, 'redact'],
  [/\binsist(?:s|ed)?\b|\bisPatient\b|\bbringPatient\b|\b[Pp]atience\b/, 'retry, retryBudget'],
  [/\bheardAt\b|\bhear-?[Cc]omment\b|\bunheard\b|\bhears? of\b|\bheard of\b/, 'receive, missed comment'],
  [/\bglance\b|\bsightings?\b/, 'read, snapshot'],
  [/\btake-?[Pp]ush\b|\btake-?[Pp]ackage\b/, 'handle-push, handle-package-published'],
  [/\bswept out\b|\bsweeps? over\b/, 'retention, delivery recovery'],
  [/\bturnBack\b|\btellOfBreaker\b/, 'circuit breaker, onBreakerChange'],
  [/\btorture\b/i, 'resilience tests'],
  [/\bcould not be stored; deliver it again\b/, 'storage failed; please redeliver'],
  [/\b(?:is|was|are) put right\b|\bput right after\b/, 'reconciled, repaired, fixed'],
  [/\bwithout a word\b/, 'skipped, silently'],
  [/\bis nothing to go back to\b|\bno rollback has left\b/, 'is not a valid rollback target'],
  [/\bNobody but\b.{0,40}\bcould approve\b/, 'only … has access'],
  [/\bWaits for approval\b/, 'Waiting for approval'],
  [/\b[Aa]sked for by\b/, 'Requested by'],
  [/\bmend(?:s|ed|ing)?\b/i, 'fix'],
  [
    /\b[Ll]egal (?:forms?|keys?|tags?|lines?|values?|URL)\b|\b[Tt]he legal\b|\bwhat is legal\b/,
    'usage, allowed values, valid',
  ],
  [
    /(?<!\b[Tt]here )\bis no (?:tag|version|command|option|staging|environment|name|account|host|image|commit|time|text)\b/,
    'is not a …',
  ],
  [/\bcounts? no more\b/, 'no longer counts'],
  [/\bmade anew\b|\bcounted anew\b/, 're-planned, computed again'],
  [/\bnothing keeps the image\b|\bkeeps the image out\b/, 'all checks passed, check failed'],
  [/\btakes write access\b/, 'requires write access'],
  [/\bWho runs the server\b/, 'The operator of this server'],
  [/\bopens the door\b|\bwhichever door\b|\bclosed door\b/, 'accepts, access denied'],
  [/\bone word too many\b/, 'unexpected argument'],
  [/\bkept tags?\b/, 'permanent tag'],
];

const ROOT = new URL('../../', import.meta.url);
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'app.yml',
  '.env.example',
  'package.json',
];

function filesUnder(folder: string, endings: RegExp): readonly string[] {
  return readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' })
    .filter((path) => endings.test(path))
    .map((path) => `${folder}${path}`);
}

/** `src/a.ts:12: "asked for by" (write: Requested by)` */
function findRetired(path: string, text: string): readonly string[] {
  return text.split('\n').flatMap((line, index) =>
    RETIRED.flatMap(([pattern, instead]) => {
      const [found] = pattern.exec(line) ?? [];
      return found === undefined ? [] : [`${path}:${index + 1}: "${found}" (write: ${instead})`];
    }),
  );
}

const FILES = [
  ...filesUnder('src/', /\.ts$/),
  ...filesUnder('docs/', /\.(?:md|yml|yaml|json)$/),
  ...PAGES.filter((path) => existsSync(new URL(path, ROOT))),
];

test('no file of src, docs and the root uses a retired term', () => {
  expect(FILES.flatMap((path) => findRetired(path, readFileSync(new URL(path, ROOT), 'utf8')))).toEqual([]);
});

test.each([
  ['card.ts', 'Asked for by ada', 'card.ts:1: "Asked for by" (write: Requested by)'],
  ['a.md', 'Fine.\n`x` is no command', 'a.md:2: "is no command" (write: is not a …)'],
])('a retired term in %s is found with its line', (path, text, problem) => {
  expect(findRetired(path, text)).toEqual([problem]);
});

test('current terms are not retired', () => {
  const text =
    'Waiting for approval. Requested by ada. `main` is not a staging tag. 1 check failed. Usage: x. A permanent tag.';
  expect(findRetired('a.md', text)).toEqual([]);
});

/** Words that no identifier and no file name of src and test has as a part: `GLANCE_MS`, `hearComment`, `production-lane`. */
const RETIRED_PARTS: ReadonlySet<string> = new Set(
  (
    'blot insist patience hear heard unheard glance sighting look looked suspicion lane terms torture mend untold crowd ' +
    'door doors pacing'
  ).split(' '),
);

/** Texts and comments: docs and snapshots hold their words to account. */
const TEXTS = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\/.*|\/\*[\s\S]*?\*\//g;

function findRetiredParts(path: string, text: string): readonly string[] {
  const names = new Set([...path.split(/[/.]/), ...(text.replace(TEXTS, ' ').match(/[A-Za-z_$][\w$]*/g) ?? [])]);
  return [...names]
    .filter((name) => partsOf(name).some((part) => RETIRED_PARTS.has(part)))
    .map((name) => `${path}: ${name}`);
}

/** `GLANCE_GOOD_FOR_MS`, `hearComment` and `hear-comment` in their words. */
function partsOf(name: string): readonly string[] {
  return name.split(/(?<=[a-z\d])(?=[A-Z])|[_$-]/).map((part) => part.toLowerCase());
}

test('no identifier or file name of src and test is built from a retired word', () => {
  // This file names them.
  const tests = filesUnder('test/', /\.ts$/).filter((path) => !path.endsWith('/plain-english.test.ts'));
  const paths = [...filesUnder('src/', /\.ts$/), ...tests];
  expect(paths.flatMap((path) => findRetiredParts(path, readFileSync(new URL(path, ROOT), 'utf8')))).toEqual([]);
  expect(findRetiredParts('src/production-lane.ts', "const GLANCE_MS = hearComment('a door'); // look")).toEqual([
    'src/production-lane.ts: production-lane',
    'src/production-lane.ts: GLANCE_MS',
    'src/production-lane.ts: hearComment',
  ]);
});
