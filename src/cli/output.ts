// Writes to a stream whose reader may go away in the middle, as `head` does: that is no error.
import type { Writable } from 'node:stream';
import type { Output } from './command.ts';

export function createOutput(stream: Writable): Output {
  let closed = false;
  stream.on('error', (error) => {
    if (!isBrokenPipe(error)) throw error;
    closed = true;
  });
  return {
    isClosed: () => closed,
    write: async (text) => {
      if (closed) return;
      await new Promise<void>((done) => {
        // What went wrong comes as an `error` event too, which is heard above.
        stream.write(text, () => done());
      });
    },
  };
}

function isBrokenPipe(error: Error): boolean {
  return 'code' in error && error.code === 'EPIPE';
}
