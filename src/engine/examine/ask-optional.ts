// Reads something from a registry or GitHub that a decision does not need.
import { OutsideError } from '../../net/outside-error.ts';
import type { Services } from '../core/services.ts';

/** The result of `ask`. If the host fails, `fallback`, and `message` is logged. Other errors are thrown. */
export async function askOptional<Answer, Fallback>(
  { log }: Pick<Services, 'log'>,
  question: {
    readonly ask: () => Promise<Answer>;
    readonly fallback: Fallback;
    readonly message: string;
    /** What the log line is about. */
    readonly about: Readonly<Record<string, string>>;
  },
): Promise<Answer | Fallback> {
  const { ask, fallback, message, about } = question;
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    log.warn({ err: error, ...about }, message);
    return fallback;
  }
}
