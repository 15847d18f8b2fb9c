// Reads the body of a request within the budget, and gives up on slow senders.
import type { IncomingMessage } from 'node:http';
import { MAX_BODY_BYTES, type BodyBudget } from './body-budget.ts';

/** The minimum that a connection must send, on average since its body began. */
export type LeastRate = { readonly bytesPerSecond: number; readonly graceMs: number };

/** GitHub waits 10 seconds for an answer, so it sends 25 MiB at forty times this rate. */
export const LEAST_RATE: LeastRate = { bytesPerSecond: 64 * 1024, graceMs: 5000 };

export type BodyProblem = 'too-large' | 'too-many' | 'too-slow' | 'broken';

export type ReadBody = {
  readonly body: Buffer | BodyProblem;
  /** The body is processed: its part of the budget is free again. */
  readonly release: () => void;
};

const CHECK_EVERY_MS = 1000;

/** A request whose body was given up stays open: its answer is sent on the same connection. */
export async function readBody(
  request: IncomingMessage,
  { budget, rate }: { readonly budget: BodyBudget; readonly rate: LeastRate },
): Promise<ReadBody> {
  const { promise, resolve } = Promise.withResolvers<Buffer | BodyProblem>();
  const part = budget.open(() => resolve('too-many'));
  const chunks: Buffer[] = [];
  const startedAt = performance.now();
  let length = 0;
  const take = (chunk: Buffer): void => {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) resolve('too-large');
    else if (!part.take(chunk.length)) resolve('too-many');
    else chunks.push(chunk);
  };
  const end = (): void => {
    part.complete();
    resolve(Buffer.concat(chunks));
  };
  const leave = (): void => resolve('broken');
  const checkRate = (): void => {
    const passedMs = performance.now() - startedAt;
    if (passedMs > rate.graceMs && length < (rate.bytesPerSecond * passedMs) / 1000) resolve('too-slow');
  };
  const timer = setInterval(checkRate, Math.min(CHECK_EVERY_MS, rate.graceMs));
  request.on('error', leave).on('data', take).on('end', end).on('close', leave);
  const body = await promise;
  clearInterval(timer);
  // What still arrives is thrown away. The listener for errors stays: the sender may break off.
  request.off('data', take).off('end', end).off('close', leave);
  return { body, release: part.release };
}
