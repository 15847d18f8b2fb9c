// Plays rounds in several processes at once.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Played, type Plan } from './round.ts';

export type Crew = {
  readonly play: (plan: Plan, calm: Played | null) => Promise<Played>;
  readonly close: () => void;
};

/** Rounds wait for a process that is free. */
export function openCrew(options: { readonly size: number; readonly cacheFolder: string }): Crew {
  const { cacheFolder } = options;
  const members = Array.from({ length: options.size }, () => fork(new URL('worker.ts', import.meta.url)));
  const free = [...members];
  const waiting: ((member: ChildProcess) => void)[] = [];
  const take = async (): Promise<ChildProcess> =>
    free.shift() ?? (await new Promise<ChildProcess>((resolve) => waiting.push(resolve)));
  const giveBack = (member: ChildProcess): void => {
    const next = waiting.shift();
    if (next === undefined) free.push(member);
    else next(member);
  };
  return {
    play: async (plan, calm) => {
      const member = await take();
      member.send({ plan, calm, cacheFolder });
      const [played] = await Promise.race([
        once(member, 'message'),
        once(member, 'exit').then(([code]) => Promise.reject(new Error(`a worker ended: ${code}`))),
      ]);
      giveBack(member);
      return Played.parse(played);
    },
    close: () => {
      for (const member of members) member.kill('SIGTERM');
    },
  };
}
