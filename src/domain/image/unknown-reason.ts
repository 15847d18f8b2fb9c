// Why a fact is not known: a code with its values, which findings store and messages/ puts into words.
import { z } from 'zod';
import { outsideText } from '../outside-text.ts';

const outsideProblem = z.strictObject({ code: z.string(), detail: outsideText });

/** The platform, if it is about one. */
const about = { platform: z.string().exactOptional() };

export const unknownReason = z.discriminatedUnion('code', [
  z.strictObject({ code: z.literal('not-collected'), ...about }),
  /** The registry lacks the part that holds the fact. */
  z.strictObject({ code: z.literal('part-missing'), part: z.enum(['manifest', 'config']), ...about }),
  /** The configs of all platforms are larger than this together. */
  z.strictObject({ code: z.literal('configs-too-large'), maxBytes: z.int(), ...about }),
  /** Registry or GitHub refused, and a retry would not help. */
  z.strictObject({ code: z.literal('outside-error'), error: outsideProblem, ...about }),
  /** The command line can't read it; `detail` says why. */
  z.strictObject({
    code: z.literal('no-access'),
    source: z.enum(['github', 'database']),
    detail: outsideText,
    ...about,
  }),
]);

export type UnknownReason = z.output<typeof unknownReason>;
