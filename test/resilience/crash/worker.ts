// A process that plays rounds on order, one after the other: its clock is turned for itself alone.
import { z } from 'zod';
import { Plan, Played, playRound } from './round.ts';

export const Order = z.object({ plan: Plan, calm: Played.nullable(), cacheFolder: z.string() });
export type Order = z.infer<typeof Order>;

process.on('message', (message) => {
  void playRound(Order.parse(message)).then((played) => process.send?.(played));
});
