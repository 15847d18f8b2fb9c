// Runs a check so that an error of GitHub or the registry becomes its result.
import type { Check, CheckName } from '../../domain/doctor/check.ts';
import type { DenialCause } from '../../domain/doctor/denial.ts';
import { OutsideError } from '../../net/outside-error.ts';

/** A bug of ours stays an error. */
export async function unlessFails(
  name: CheckName,
  run: () => Promise<readonly Check[]>,
  causeOf: (error: OutsideError) => DenialCause | null = () => null,
): Promise<readonly Check[]> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    return [{ name, outcome: 'fail', code: 'outside-error', problem: error.toProblem(), cause: causeOf(error) }];
  }
}
