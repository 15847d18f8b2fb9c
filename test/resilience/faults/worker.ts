// A process that plays cases on order, one after the other, and says how each ended.
import { z } from 'zod';
import { FAULTS, type Fault } from './faults.ts';
import { Case } from './plan.ts';
import { ANSWER_WITHIN_MS, play } from './run.ts';
import { judge } from './verdict.ts';

export const Played = z.object({
  end: z.string(),
  problems: z.array(z.string()),
  /** How many of the faults came to be. */
  struck: z.number(),
  requests: z.number(),
});
export type Played = z.infer<typeof Played>;

process.on('message', (message) => {
  void playCase(Case.parse(message)).then((played) => process.send?.(played));
});

async function playCase({ strikes }: Case): Promise<Played> {
  const struck: Fault[] = [];
  try {
    return await play(
      ({ side, key }) => {
        const strike = strikes.find((one) => one.side === side && one.key === key);
        const fault = FAULTS.find(({ name }) => name === strike?.fault) ?? null;
        if (fault !== null) struck.push(fault);
        return fault;
      },
      async (ended) => {
        const { end, problems } = await judge(ended, struck);
        return { end, problems: [...problems], struck: struck.length, requests: ended.seen.length };
      },
      { answerWithinMs: ANSWER_WITHIN_MS },
    );
  } catch (error) {
    const problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { end: 'the run broke off', problems: [problem], struck: struck.length, requests: 0 };
  }
}
