// The operator's floor of an environment: by its name, by the tags that it moves, and by the tags that others moved before.
import { expect, test } from 'vitest';
import { floorOf, type Floors } from '../../../src/domain/policy/floors.ts';
import { repoName, tag } from '../build.ts';

const place = (environment: string, repo: string | null = null): Floors['forbidSelfApproval'][number] => ({
  repo: repo === null ? null : repoName(repo),
  environment,
});
const least = (environment: string, required: number, repo: string | null = null): Floors['minApprovals'][number] => ({
  ...place(environment, repo),
  required,
});

test.each<[string, Floors['minApprovals'], { name: string; tags: string[]; moved?: [string, string][] }, number]>([
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
  ['of another repository for main', [least('p', 2, 'acme/other')], { name: 'q', tags: ['main'] }, 0],
])('%s', (_name, minApprovals, { name, tags, moved = [] }, required) => {
  const floors = { minApprovals, forbidSelfApproval: [] };
  const environment = { name, tags: tags.map(tag) };
  const before = moved.map(([one, held]) => ({ environment: one, tag: tag(held) }));
  const floor = floorOf({ floors, repo: repoName('acme/dotca'), environment, moved: before });
  expect(floor).toEqual({ required, forbidsSelfApproval: false });
});

test('self-approval is forbidden by the same places', () => {
  const floors = { minApprovals: [], forbidSelfApproval: [place('production')] };
  const about = { floors, repo: repoName('acme/dotca'), moved: [] };
  const live = { name: 'live', tags: [tag('latest')] };
  expect(floorOf({ ...about, environment: live })).toEqual({ required: 0, forbidsSelfApproval: true });
  const canary = { name: 'canary', tags: [tag('canary')] };
  expect(floorOf({ ...about, environment: canary })).toEqual({ required: 0, forbidsSelfApproval: false });
});
