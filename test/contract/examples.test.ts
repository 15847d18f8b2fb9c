// docs/examples: each policy loads without a problem, holds what makes it the example it is, and its page names it.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { environmentOf, policyOf, problemsOf } from '../config/promotion-file.ts';

const FOLDER = new URL('../../docs/examples/', import.meta.url);
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.yml'));
const PAGE = readExample('README.md');

function readExample(name: string): string {
  return readFileSync(new URL(name, FOLDER), 'utf8');
}

test('there are four, and the page links each', () => {
  expect(FILES.toSorted()).toEqual(['canary-first.yml', 'regulated.yml', 'small-team.yml', 'solo-maintainer.yml']);
  expect(FILES.filter((name) => !PAGE.includes(`](${name})`))).toEqual([]);
});

test.each(FILES)('%s has no problems and promotes the image of its repository', (name) => {
  const text = readExample(name);
  expect(problemsOf(text)).toEqual([]);
  expect(policyOf(text).images).toEqual(['ghcr.io/acme/dotca']);
  expect(environmentOf(text).tags).toEqual(['main', 'latest']);
});

test('small team: the default policy, except for the minimum size', () => {
  const [ours, builtIn] = [policyOf(readExample('small-team.yml')), policyOf('')];
  expect(ours.environments).toEqual(builtIn.environments);
  expect({ rollback: ours.rollback, force: ours.force }).toEqual({ rollback: builtIn.rollback, force: builtIn.force });
  expect(ours.validation).toEqual({
    ...builtIn.validation,
    size: { ...builtIn.validation.size, minBytes: 10_000_000 },
  });
});

test('solo maintainer: the requester approves, even their own commits', () => {
  const { approvals } = environmentOf(readExample('solo-maintainer.yml'));
  expect(approvals).toMatchObject({ required: 1, selfApproval: true, contributors: 'allow', role: 'write' });
});

test('regulated: two maintainers who are neither requester nor author, binding checks, approved rollbacks', () => {
  const text = readExample('regulated.yml');
  expect(environmentOf(text).approvals).toMatchObject({
    required: 2,
    role: 'maintain',
    selfApproval: false,
    contributors: 'refuse',
  });
  const { staging, validation, rollback, force } = policyOf(text);
  expect(staging.deployed).toBe('required');
  expect(validation).toMatchObject({ healthcheck: 'fail', rejectedBefore: 'fail', tagOverwritten: 'fail' });
  expect(rollback).toEqual({ role: 'maintain', approvals: { required: 1 } });
  expect(force).toEqual({ role: 'admin' });
  expect(environmentOf(text).driftIntervalMs).toBe(60_000);
});

test('canary first: no approval for canary, one for production, and a rollback tag for both', () => {
  const text = readExample('canary-first.yml');
  expect(policyOf(text).environments.map(({ name }) => name)).toEqual(['canary', 'production']);
  const [canary, production] = [environmentOf(text, 'canary'), environmentOf(text)];
  expect(canary.tags).toEqual(['canary']);
  expect([canary.approvals.required, production.approvals.required]).toEqual([0, 1]);
  expect([canary.rollbackTags, production.rollbackTags]).toEqual([true, true]);
});
