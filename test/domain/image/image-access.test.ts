// Which images a repository may promote: those granted to its id, else those that it promoted first, under its own names.
import { describe, expect, test } from 'vitest';
import { judgeAccess, provingNames, sourceNames, type ImageQuestion } from '../../../src/domain/image/image-access.ts';
import { image, repoName } from '../build.ts';

type NameArgs = Pick<ImageQuestion, 'image' | 'registryHost' | 'grants'> & {
  readonly repo: ReturnType<typeof repoName>;
};

/** Where nobody has promoted the image, and no other names are known. */
function mayPromote({ repo: name, ...args }: NameArgs): boolean {
  const repo = { id: 1, name };
  return judgeAccess({ ...args, repo, requestedAs: name, names: [], owner: null }).kind !== 'refused';
}

const GRANTS = [{ image: image('ghcr.io/acme/api'), repo: repoName('acme/backend') }];

const ROWS: readonly (readonly [string, string, string, boolean])[] = [
  ['a repository names its own image', 'acme/api', 'ghcr.io/acme/api', true],
  ['a repository names an image below its own', 'acme/api', 'ghcr.io/acme/api/worker', true],
  ['a repository names an image two levels below', 'acme/api', 'ghcr.io/acme/api/worker/arm', true],
  ['GitHub spells names with capitals, images without', 'Acme/API', 'ghcr.io/acme/api', true],
  ["B names A's image", 'acme/web', 'ghcr.io/acme/api', false],
  ["B names an image below A's", 'acme/web', 'ghcr.io/acme/api/worker', false],
  ["another owner's repository of the same name", 'evil/api', 'ghcr.io/acme/api', false],
  ['a longer name is no name below', 'acme/api', 'ghcr.io/acme/api-evil', false],
  ['a shorter name is another name', 'acme/api-evil', 'ghcr.io/acme/api', false],
  ['the owner alone', 'acme/api', 'ghcr.io/acme', false],
  ['the name in front, under another owner', 'acme/api', 'ghcr.io/evil/acme/api', false],
  ['the same name on another registry', 'acme/api', 'docker.io/acme/api', false],
  ['a registry whose name begins like ours', 'acme/api', 'ghcr.io.evil.io/acme/api', false],
  ['a registry on another port', 'acme/api', 'ghcr.io:8443/acme/api', false],
  ['a granted pair', 'acme/backend', 'ghcr.io/acme/api', true],
  ['a granted pair, in other case', 'ACME/Backend', 'ghcr.io/acme/api', true],
  ['a grant opens the image, not what is below it', 'acme/backend', 'ghcr.io/acme/api/worker', false],
  ['a grant is for that repository only', 'acme/backend2', 'ghcr.io/acme/api', false],
];

test.each(ROWS)('%s: %s → %s is %s', (_name, repo, name, allowed) => {
  // A grant would exclude the repository of the image's own name.
  const grants = repo.toLowerCase().includes('backend') ? GRANTS : [];
  const args = { repo: repoName(repo), image: image(name), registryHost: 'ghcr.io', grants };
  expect(mayPromote(args)).toBe(allowed);
});

test.each([
  ['127.0.0.1:5000', true],
  ['127.0.0.1:5001', false],
  ['ghcr.io', false],
])('on registry host %s, an image of 127.0.0.1:5000 is %s', (registryHost, allowed) => {
  const args = { repo: repoName('acme/api'), image: image('127.0.0.1:5000/acme/api'), registryHost, grants: [] };
  expect(mayPromote(args)).toBe(allowed);
});

test('the registry host of the settings may be spelled with capitals', () => {
  const args = { repo: repoName('acme/api'), image: image('ghcr.io/acme/api'), registryHost: 'GHCR.io', grants: [] };
  expect(mayPromote(args)).toBe(true);
});

test('a grant for an image on another registry opens that registry', () => {
  const granted = image('quay.example.com/acme/api');
  const repo = repoName('acme/api');
  const args = { repo, image: granted, registryHost: 'ghcr.io', grants: [{ image: granted, repo }] };
  expect(mayPromote(args)).toBe(true);
  expect(mayPromote({ ...args, grants: [] })).toBe(false);
});

describe('whose an image is', () => {
  const API = image('ghcr.io/acme/api');
  const OWN = { name: 'acme/api', isFirst: true, isOnly: true };
  const question: ImageQuestion = {
    repo: { id: 1, name: repoName('acme/api') },
    requestedAs: repoName('acme/api'),
    names: [OWN],
    image: API,
    owner: null,
    registryHost: 'ghcr.io',
    grants: [],
  };
  const TAKEN = { ...OWN, isFirst: false, isOnly: false };
  const toBackend = { image: API, repo: repoName('acme/backend') };
  const RENAMED = { repo: { id: 1, name: repoName('acme/new') }, requestedAs: repoName('acme/new') };
  const NEW_NAME = { ...OWN, name: 'acme/new' };

  test.each<readonly [string, Partial<ImageQuestion>, string]>([
    ['nobody promoted it: its name decides, and it has to be proven', {}, 'unclaimed'],
    ['this repository promoted it first', { owner: 1 }, 'owned'],
    ['another one promoted it first, whatever its name is now', { owner: 2 }, 'image-of-another-repository'],
    [
      'it is granted to another one, and not to the one of its name',
      { grants: [toBackend] },
      'image-granted-elsewhere',
    ],
    ['it is granted to both', { grants: [toBackend, { ...toBackend, repo: repoName('acme/api') }] }, 'granted'],
    [
      'a grant wins over who was first',
      { owner: 2, grants: [{ ...toBackend, repo: repoName('acme/api') }] },
      'granted',
    ],
    ['a grant by id', { owner: 2, grants: [{ ...toBackend, id: 1 }] }, 'granted'],
    [
      'a grant by id is not for another repository of that name',
      { grants: [{ ...toBackend, repo: repoName('acme/api'), id: 2 }] },
      'image-granted-elsewhere',
    ],
    [
      'a grant by name is for the one that had it first',
      { names: [TAKEN], grants: [{ ...toBackend, repo: repoName('acme/api') }] },
      'image-granted-elsewhere',
    ],
    [
      'it stays granted to the one that was renamed',
      { ...RENAMED, names: [OWN, NEW_NAME], grants: [{ ...toBackend, repo: repoName('acme/api') }] },
      'granted',
    ],
    ['the renamed one keeps what it promoted', { ...RENAMED, names: [OWN, NEW_NAME], owner: 1 }, 'owned'],
    [
      'what nobody promoted, under a former name that nobody else had, has to be proven as well',
      { ...RENAMED, names: [OWN, NEW_NAME] },
      'unclaimed',
    ],
    [
      'a former name that another repository has by now counts no more for what nobody promoted',
      { ...RENAMED, names: [{ ...OWN, isOnly: false }, NEW_NAME] },
      'image-not-granted',
    ],
    ['nor does one that another repository had before', { ...RENAMED, names: [TAKEN, NEW_NAME] }, 'image-not-granted'],
    [
      'and what another repository promoted is not its own by a former name',
      { ...RENAMED, names: [OWN, NEW_NAME], owner: 2 },
      'image-of-another-repository',
    ],
    [
      'nor is a former name under another account, which somebody else may have now',
      { repo: { id: 1, name: repoName('globex/api') }, requestedAs: repoName('globex/api'), names: [OWN] },
      'image-not-granted',
    ],
    [
      'transferred to another account, it leaves its image behind',
      { repo: { id: 1, name: repoName('globex/api') }, names: [OWN, { ...OWN, name: 'globex/api' }], owner: 1 },
      'image-not-granted',
    ],
  ])('%s', (_name, change, expected) => {
    const access = judgeAccess({ ...question, ...change });
    expect(access.kind === 'refused' ? access.refusal.code : access.kind).toBe(expected);
  });

  test('former names count in source labels, unless another repository ever had them', () => {
    const names = [OWN, NEW_NAME, { ...TAKEN, name: 'acme/shared' }];
    expect(sourceNames({ ...RENAMED, names })).toEqual(['acme/new', 'acme/api']);
    expect(provingNames({ ...RENAMED, names })).toEqual(['acme/new', 'acme/api']);
  });

  test('a name that was taken over is accepted as a label, and proves nothing', () => {
    expect(sourceNames({ ...question, names: [TAKEN] })).toEqual(['acme/api']);
    expect(provingNames({ ...question, names: [TAKEN] })).toEqual([]);
  });
});
