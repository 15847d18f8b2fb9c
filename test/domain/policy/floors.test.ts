// The operator's floor of an environment: by its name, by the tags that it moves, and by the tags that others moved before.
import { expect, test } from 'vitest';
import { floorOf, type Floors } from '../../../src/domain/policy/floors.ts';
import { repoName, tag } from '../build.ts';

/** `acme/dotca`, or `acme/dotca@77`. */
const place = (environment: string, repo: string | null = null): Floors['forbidSelfApproval'][number] => {
  const [name = '', id] = repo?.split('@') ?? [];
  return {
    repo: repo === null ? null : repoName(name),
    ...(id === undefined ? {} : { id: Number(id) }),
    environment,
  };
};
const least = (environment: string, required: number, repo: string | null = null): Floors['minApprovals'][number] => ({
  ...place(environment, repo),
  required,
});
const DOTCA = { id: 77, name: repoName('acme/dotca') };

test.each<
  [
    string,
    Floors['minApprovals'],
    { name: string; tags: string[]; onGitHub?: string; moved?: [string, string][] },
    number,
  ]
>([
  ['none is set', [], { name: 'production', tags: ['main'] }, 0],
  ['by its name', [least('production', 2)], { name: 'production', tags: ['live'] }, 2],
  ['of another environment', [least('production', 2)], { name: 'canary', tags: ['canary'] }, 0],
  ['renamed, still moving main', [least('production', 2)], { name: 'live', tags: ['main'] }, 2],
  ['renamed, still moving latest', [least('production', 2)], { name: 'live', tags: ['x', 'latest'] }, 2],
  ['given a tag of it', [least('prod', 2)], { name: 'live', tags: ['prod'], moved: [['prod', 'prod']] }, 2],
  ['given a tag that another one moved', [least('prod', 2)], { name: 'live', tags: ['qa'], moved: [['qa', 'qa']] }, 0],
  ['the highest of those that hold', [least('a', 1), least('b', 3)], { name: 'a', tags: ['main'] }, 3],
  ['of every environment', [least('*', 1)], { name: 'canary', tags: ['canary'] }, 1],
  ['its own wins over that of every one', [least('*', 2), least('canary', 1)], { name: 'canary', tags: ['c'] }, 1],
  ['of this repository wins', [least('p', 2), least('p', 1, 'acme/dotca')], { name: 'p', tags: ['p'] }, 1],
  ['in any case', [least('p', 2), least('p', 1, 'Acme/DotCA')], { name: 'p', tags: ['p'] }, 1],
  ['of another repository', [least('p', 2, 'acme/other')], { name: 'p', tags: ['p'] }, 0],
  ['of what it is on GitHub', [least('production', 2)], { name: 'c', tags: ['c'], onGitHub: 'Production' }, 2],
  ['its own, whatever it is on GitHub', [least('c', 2)], { name: 'c', tags: ['c'], onGitHub: 'other' }, 2],
  ['in another case', [least('Production', 2)], { name: 'production', tags: ['live'] }, 2],
  ['an environment in another case', [least('production', 2)], { name: 'PRODUCTION', tags: ['live'] }, 2],
  ['twice: the higher one', [least('p', 1), least('p', 3), least('P', 2)], { name: 'p', tags: ['p'] }, 3],
  ['of this id wins', [least('p', 2, 'acme/dotca'), least('p', 1, 'old/name@77')], { name: 'p', tags: ['p'] }, 1],
  ['of another id', [least('p', 2, 'acme/dotca@78')], { name: 'p', tags: ['p'] }, 0],
  ['of another repository for main', [least('p', 2, 'acme/other')], { name: 'q', tags: ['main'] }, 0],
])('%s', (_name, minApprovals, { name, tags, onGitHub = name, moved = [] }, required) => {
  const floors = { minApprovals, forbidSelfApproval: [] };
  const environment = { name, tags: tags.map(tag), deployment: { environment: onGitHub } };
  const before = moved.map(([one, held]) => ({ environment: one, tag: tag(held) }));
  const floor = floorOf({ floors, repo: DOTCA, names: [], environment, moved: before });
  expect(floor).toEqual({ required, forbidsSelfApproval: false });
});

test('self-approval is forbidden by the same entries', () => {
  const floors = { minApprovals: [], forbidSelfApproval: [place('production')] };
  const about = { floors, repo: DOTCA, names: [], moved: [] };
  const live = { name: 'live', tags: [tag('latest')], deployment: { environment: 'live' } };
  expect(floorOf({ ...about, environment: live })).toEqual({ required: 0, forbidsSelfApproval: true });
  const canary = { name: 'canary', tags: [tag('canary')], deployment: { environment: 'canary' } };
  expect(floorOf({ ...about, environment: { ...canary, deployment: { environment: 'Production' } } })).toEqual({
    required: 0,
    forbidsSelfApproval: true,
  });
  expect(floorOf({ ...about, environment: canary })).toEqual({ required: 0, forbidsSelfApproval: false });
});

test.each<[string, Floors['minApprovals'], number]>([
  ['of the former name', [least('p', 1, 'acme/Old')], 1],
  ['of both names: the higher one', [least('p', 1, 'acme/dotca'), least('p', 2, 'acme/old')], 2],
  ['of every repository, though the new name has a lower one', [least('p', 2), least('p', 0, 'acme/dotca')], 2],
  ['of every environment, though the new name has a lower one', [least('*', 2), least('p', 0, 'acme/dotca')], 2],
  ['of every repository, though the former name has a lower one', [least('p', 2), least('p', 0, 'acme/old')], 2],
  ['a lower one by id', [least('p', 2), least('p', 2, 'acme/old'), least('p', 0, 'acme/dotca@77')], 0],
])('after the repository was renamed: %s', (_name, minApprovals, required) => {
  const floors = { minApprovals, forbidSelfApproval: [] };
  const environment = { name: 'p', tags: [tag('p')], deployment: { environment: 'p' } };
  expect(floorOf({ floors, repo: DOTCA, names: ['acme/dotca', 'acme/old'], environment, moved: [] })).toEqual({
    required,
    forbidsSelfApproval: false,
  });
});
