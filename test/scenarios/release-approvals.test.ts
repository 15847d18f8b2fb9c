// Every entry point × kind × required approvals × rules: production moves with the last approval that is required, if ever.
import { afterEach, describe, expect, test } from 'vitest';
import type { Conversation } from './conversation.ts';
import { newest, TRIALS, type Kind } from './entry-points.ts';
import { countTagWrites } from './granted-world.ts';

let talk: Conversation | null = null;
afterEach(async () => {
  await talk?.world.end();
  await talk?.world.close();
  talk = null;
});

/** Of these, as many as are required; mia asked. */
const APPROVERS = ['bob', 'ada'];

/** Whether the rules of the policy are asked about the image: what production held is not judged again, all else is. */
const IS_JUDGED: Readonly<Record<Kind, boolean>> = {
  promotion: true,
  forced: false,
  rollback: false,
  unproven: true,
  version: false,
};

const TABLE = TRIALS.flatMap((trial) =>
  ([0, 1, 2] as const).flatMap((required) => {
    // Nothing waits where nobody has to approve.
    if (trial.step === 'review' && required === 0) return [];
    return (['pass', 'fail'] as const).map((rules) => ({ ...trial, setting: { required, rules } }));
  }),
);

describe.each(TABLE)(
  '$entry of a $kind with $setting.required approvals and rules that $setting.rules',
  ({ kind, step, setting, prepare, act }) => {
    test('writes tags as soon as it may, or never', async () => {
      const needed = kind === 'version' ? 0 : setting.required;
      talk = await prepare(kind, setting);
      const before = countTagWrites(talk);
      await act(talk, kind);
      for (const by of APPROVERS) {
        const waiting = await newest(talk);
        if (waiting?.state.kind !== 'awaiting-approval') break;
        const approved = await talk.counting(waiting.number);
        expect(countTagWrites(talk)).toBe(before);
        expect(approved.length).toBeLessThan(needed);
        if (!approved.includes(by)) await talk.approve(by, waiting.number);
      }
      const { number, state } = (await newest(talk)) ?? {};
      const mayMove = setting.rules === 'pass' || step === 'begun' || !IS_JUDGED[kind];
      expect({
        state: state?.kind,
        moved: countTagWrites(talk) > before,
        approved: (await talk.counting(number)).length,
      }).toEqual(
        mayMove
          ? { state: 'promoted', moved: true, approved: needed }
          : { state: 'checks-failed', moved: false, approved: 0 },
      );
    });
  },
);
