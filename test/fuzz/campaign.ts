// How far a fuzz test goes and what one input may cost: bounded within `npm test`, as far as one likes with `npm run fuzz`.
import * as fc from 'fast-check';
import { z } from 'zod';

const Environment = z.object({
  FUZZ_RUNS: z.coerce.number().int().positive().optional(),
  FUZZ_SEED: z.coerce.number().int().optional(),
});
/** Within `npm test` the same inputs each time: what fails then is the change. */
const USUAL_SEED = 4;
const { FUZZ_RUNS: asked, FUZZ_SEED: seed = USUAL_SEED } = Environment.parse(process.env);

/** No input may take more of the processor. */
const LIMIT_MS = 100;
const MEASURED_AGAIN = 4;

/** Examines `runs` inputs, or as many as `npm run fuzz` was told: null, or the report of a failure, shrunk, with its seed. */
export function fuzz<T>(
  inputs: fc.Arbitrary<T>,
  options: { readonly runs: number; readonly examine: (input: T) => void },
): string | null {
  return reportOf(fc.check(fc.property(inputs, options.examine), parameters(options.runs)));
}

/** The same for what takes turns of the event loop. */
export async function fuzzAsync<T>(
  inputs: fc.Arbitrary<T>,
  options: { readonly runs: number; readonly examine: (input: T) => Promise<void> },
): Promise<string | null> {
  return reportOf(await fc.check(fc.asyncProperty(inputs, options.examine), parameters(options.runs)));
}

/**
 * What the work answers, if one input is done within the limit: the best of five, in processor time of this thread, so
 * that neither other programs nor a collection of garbage decide.
 */
export function swiftly<T>(work: () => T): T {
  const first = measure(work);
  let best = first.ms;
  for (let again = 0; best > LIMIT_MS && again < MEASURED_AGAIN; again += 1) best = Math.min(best, measure(work).ms);
  if (best > LIMIT_MS) throw new Error(`one input took ${Math.round(best)} ms; the line is ${LIMIT_MS} ms`);
  return first.answer;
}

function parameters(runs: number): { readonly numRuns: number; readonly seed: number } {
  return { numRuns: asked ?? runs, seed };
}

function reportOf<Ts>(details: fc.RunDetails<Ts>): string | null {
  if (!details.failed) return null;
  const { stack = 'no error' } = details.errorInstance instanceof Error ? details.errorInstance : {};
  return `${fc.defaultReportMessage(details)}\n${stack}`;
}

function measure<T>(work: () => T): { readonly answer: T; readonly ms: number } {
  const before = process.threadCpuUsage();
  const answer = work();
  const { user, system } = process.threadCpuUsage(before);
  return { answer, ms: (user + system) / 1000 };
}
