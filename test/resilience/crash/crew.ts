// Plays rounds in several processes at once.
import { fork, type ChildProcess } from 'node:child_process';
import { Played, type Plan } from './round.ts';

export type Crew = {
  readonly play: (plan: Plan, calm: Played | null) => Promise<Played>;
  readonly close: () => void;
};

/** Rounds wait for a process that is free. */
export function openCrew(options: { readonly size: number; readonly cacheFolder: string }): Crew {
  const { cacheFolder } = options;
  const members = Array.from({ length: options.size }, () => openMember());
  const free = [...members];
  const waiting: ((member: Member) => void)[] = [];
  const take = async (): Promise<Member> => free.shift() ?? new Promise<Member>((resolve) => waiting.push(resolve));
  const giveBack = (member: Member): void => {
    const next = waiting.shift();
    if (next === undefined) free.push(member);
    else next(member);
  };
  return {
    play: async (plan, calm) => {
      const member = await take();
      const played = await member.ask({ plan, calm, cacheFolder });
      giveBack(member);
      return Played.parse(played);
    },
    close: () => {
      for (const { child } of members) child.kill('SIGTERM');
    },
  };
}

type Member = { readonly child: ChildProcess; readonly ask: (order: object) => Promise<unknown> };

/** One order at a time. */
function openMember(): Member {
  const child = fork(new URL('worker.ts', import.meta.url));
  let asked: PromiseWithResolvers<unknown> | null = null;
  child.on('message', (played) => asked?.resolve(played));
  child.on('exit', (code) => asked?.reject(new Error(`a worker ended with ${code}`)));
  return {
    child,
    ask: (order) => {
      asked = Promise.withResolvers<unknown>();
      child.send(order);
      return asked.promise;
    },
  };
}
