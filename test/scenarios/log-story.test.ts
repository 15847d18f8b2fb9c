// The log tells the story of a promotion under the ids of the deliveries that led to it: from a comment to each tag.
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { prepare, ROLLBACK, say } from './release.ts';
import { Scenario } from './world.ts';

const Line = z.looseObject({ msg: z.string(), delivery: z.string().optional(), job: z.number().optional() });

let world: Scenario;

afterEach(async () => {
  await world.close();
});

/** Every line that carries this delivery's id, in the order of the log. */
function told(delivery: string): readonly z.infer<typeof Line>[] {
  return world.log.map((line) => Line.parse(JSON.parse(line))).filter((line) => line.delivery === delivery);
}

test('one id leads from the delivery of an approval to the tags that it moved', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  await say(release, 'ada', `/promote ${release.source}`);
  const asked = world.github.deliveries.findLast(({ body }) => body.includes('"body":"/promote'));
  await say(release, 'bob', '/approve');
  const approved = world.github.deliveries.findLast(({ body }) => body.includes('"body":"/approve'));

  const request = told(asked?.headers['x-github-delivery'] ?? '');
  expect(request.map(({ msg, to }) => [msg, to])).toEqual([
    ['a delivery was handled', undefined],
    ['a promotion changed its state', 'examining'],
    ['a promotion changed its state', 'awaiting-approval'],
  ]);
  const approval = told(approved?.headers['x-github-delivery'] ?? '');
  expect(approval.map(({ msg, to, tag }) => [msg, to ?? tag])).toEqual([
    ['a delivery was handled', undefined],
    ['a promotion changed its state', 'applying'],
    ['a tag was written', expect.any(String)],
    ['a tag was written', expect.any(String)],
    ['a tag was written', 'main'],
    ['a tag was written', 'latest'],
    ['a promotion changed its state', 'promoted'],
  ]);
  expect(new Set(approval.flatMap(({ tag }) => tag ?? []))).toEqual(
    new Set([ROLLBACK, release.kept, 'main', 'latest']),
  );
  expect(approval.every(({ job }) => job !== undefined)).toBe(true);
  await world.end();
});
