// Plays cases in several processes at once.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Case } from './plan.ts';
import { Played } from './worker.ts';

export type Crew = {
  /** In the order of their ending. */
  readonly playAll: (cases: readonly Case[], ended: (played: Case, how: Played) => void) => Promise<void>;
  readonly close: () => void;
};

export function openCrew(size: number): Crew {
  const members = Array.from({ length: size }, () => fork(new URL('worker.ts', import.meta.url)));
  return {
    playAll: async (cases, ended) => {
      const left = [...cases];
      const work = async (member: ChildProcess): Promise<void> => {
        for (let next = left.shift(); next !== undefined; next = left.shift()) ended(next, await playOne(member, next));
      };
      await Promise.all(members.map(work));
    },
    close: () => {
      for (const member of members) member.kill('SIGTERM');
    },
  };
}

async function playOne(member: ChildProcess, next: Case): Promise<Played> {
  const answered = new AbortController();
  const { signal } = answered;
  const ended = once(member, 'exit', { signal }).then(([code]) => Promise.reject(new Error(`a worker ended: ${code}`)));
  member.send(next);
  const [played] = await Promise.race([once(member, 'message', { signal }), ended]);
  ended.catch(() => null);
  answered.abort();
  return Played.parse(played);
}
