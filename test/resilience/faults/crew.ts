// Plays cases in several processes at once.
import { fork, type ChildProcess } from 'node:child_process';
import { sayCase, type Case } from './plan.ts';
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
  const { promise: played, resolve, reject } = Promise.withResolvers<unknown>();
  const ended = (code: number | null, signal: string | null): void => {
    reject(new Error(`a worker ended (${code ?? signal}) at ${sayCase(next)}`));
  };
  member.once('message', resolve).once('exit', ended);
  member.send(next);
  try {
    return Played.parse(await played);
  } finally {
    member.off('message', resolve).off('exit', ended);
  }
}
