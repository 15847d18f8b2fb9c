// What registries do, well or badly, and which test holds what the client makes of it; docs/operations.md shows it as a table.

export type Counterparty = 'double' | 'docker-registry';

export type Row = {
  readonly behavior: string;
  /** Test files of the client suite, and the titles in them; `%s` stands for anything. */
  readonly tests: readonly { readonly file: string; readonly title: string }[];
  /** Where the tests run. A registry that never behaves so has its reason. */
  readonly on: Readonly<Record<Counterparty, true | string>>;
};

const CLIENT = 'test/registry/client.test.ts';
const FAULTS = 'test/registry/faults.test.ts';
const AUTH = 'test/registry/auth/auth.test.ts';
const LAG = 'test/scenarios/apply-lag.test.ts';

/** The tests of this file run on both counterparties. */
export const SHARED_SUITE = CLIENT;
/** How the shared suite calls them. */
export const NAMES: Readonly<Record<Counterparty, string>> = {
  double: 'On the double',
  'docker-registry': "On Debian's docker-registry",
};

export const MATRIX: readonly Row[] = [
  both('Token auth: a challenge, one token for all of a promotion', [
    CLIENT,
    'promotes cold with one token: one refusal, one token, one GET, one PUT for each tag',
  ]),
  both('A right that is missing: 401 with a fresh token', [
    CLIENT,
    'is refused finally, with what to do, if it may only read: for a tag and for the proof',
  ]),
  double('429 with Retry-After in seconds', 'has no limits', [
    FAULTS,
    'waits for the seconds of Retry-After, and a little longer',
  ]),
  double('429 with Retry-After as a date', 'has no limits', [FAULTS, 'waits until the HTTP date of Retry-After']),
  double('429 with the wait in its body, as GHCR words it', 'has no limits', [
    FAULTS,
    'reads GHCR’s wait in milliseconds from the body, and waits at least a quarter of a second',
  ]),
  double('403 that is a rate limit', 'has no limits', [
    FAULTS,
    'treats GitHub’s secondary limit as a limit of a minute, not as a denial',
  ]),
  double(
    '403 without a challenge',
    'always challenges',
    [AUTH, 'is never sent to a registry that uses tokens'],
    [AUTH, 'that only the registry refuses (GHCR’s 403) does not hide a public image either'],
  ),
  double('Lag: a tag that was just written shows what was before, or nothing', 'shows a write at once', [
    LAG,
    'a tag that was just written and is absent for a moment is lag, not a foreign change',
  ]),
  double('No digest header', 'always sends it', [FAULTS, 'are computed if the registry names none']),
  double('A wrong digest header', 'sends the right one', [
    FAULTS,
    'that the registry names wrongly are refused: in a read, by digest, and after a PUT',
  ]),
  double(
    'A web page instead of an error',
    'answers in JSON',
    [FAULTS, 'gives up after four tries with growing waits, and reports that a web page answered'],
    [FAULTS, 'does not take a web page with status 404 for an absent tag'],
  ),
  double('Blobs redirected to another host', 'serves them itself', [
    FAULTS,
    'of blobs are followed to another host, without a credential',
  ]),
  double('A body that breaks off', 'does not break off', [FAULTS, 'tries again if a %s broke off in the middle']),
  double('Tag lists in pages, by Link', 'lists all on one page', [
    FAULTS,
    'list tags in pages, with invalid names, or as null',
  ]),
  both('A tag list on one page, in any order', [CLIENT, 'lists tags, and reports that a repository is unknown']),
  both('An index whose children are missing is refused', [
    CLIENT,
    'is refused an index whose children are elsewhere, with the registry’s reason',
  ]),
  double('A child that went missing', 'was not made to lose one', [FAULTS, 'that lost a child are reported']),
  both('Old manifests without mediaType; Docker’s types and OCI’s, kept byte for byte', [
    CLIENT,
    'tags any kind of image without changing its digest',
  ]),
  both('Parts named by sha512', [CLIENT, 'reads and tags an image whose config and layers are named by sha512']),
];

/** One row of cells per behavior, under a head. */
export function tableOf(matrix: readonly Row[]): readonly (readonly string[])[] {
  const head = ['Behavior', 'Registry double', 'docker-registry', 'Held by'];
  const rows = matrix.map(({ behavior, tests, on }) => [
    behavior,
    cellOf(on.double),
    cellOf(on['docker-registry']),
    tests.map(({ file, title }) => `${file.replace(/^test\//, '')}: “${title}”`).join('; '),
  ]);
  return [head, ...rows];
}

function cellOf(on: true | string): string {
  return on === true ? '✓' : `– ${on}`;
}

type Test = readonly [file: string, title: string];

function both(behavior: string, ...tests: readonly Test[]): Row {
  return { behavior, tests: tests.map(toTest), on: { double: true, 'docker-registry': true } };
}

/** `why`: what docker-registry does instead. */
function double(behavior: string, why: string, ...tests: readonly Test[]): Row {
  return { behavior, tests: tests.map(toTest), on: { double: true, 'docker-registry': why } };
}

function toTest([file, title]: Test): Row['tests'][number] {
  return { file, title };
}
