// Decides what each tag of a failed plan holds: by the journal, unless the registry shows that somebody else moved it.
import type { TagOutcome } from '../../domain/promotion/promotion.ts';
import type { Digest } from '../../domain/image/reference.ts';
import { askOptional } from '../examine/ask-optional.ts';
import { outcomesOf } from '../core/journal.ts';
import { readJournal, standingTags, type Application } from './application.ts';

/** The tags of the plan, and those that needed no move and were moved by somebody else. */
export async function readOutcomes(application: Application): Promise<readonly TagOutcome[]> {
  const { promotion } = application;
  const rows = await readJournal(application);
  const standing = standingTags(promotion, rows).map(({ repository, tag, target }): TagOutcome => ({
    repository,
    tag,
    kind: 'floating',
    from: target,
    holds: target,
  }));
  const planned = outcomesOf(rows).map(async (outcome, position) => {
    const target = rows[position]?.target ?? outcome.holds;
    const held = await readHeld(application, outcome, [outcome.from, target]);
    // The registry may show the old or the new digest late: between these two, the journal decides.
    const expected = held === undefined || held === outcome.from || held === target;
    return expected ? outcome : { ...outcome, holds: held };
  });
  const others = standing.map(async (outcome) => {
    const held = await readHeld(application, outcome, [outcome.from]);
    return held === undefined ? outcome : { ...outcome, holds: held };
  });
  const moved = (await Promise.all(others)).filter(({ from, holds }) => holds !== from);
  return [...(await Promise.all(planned)), ...moved];
}

/** Undefined if the registry does not answer. */
async function readHeld(
  { services }: Application,
  { repository, tag }: TagOutcome,
  expected: readonly (Digest | null)[],
): Promise<Digest | null | undefined> {
  return askOptional(services, {
    ask: () => services.registry.findDigest(repository, tag, expected),
    fallback: undefined,
    message: 'could not read the tags after a failure',
    about: { tag },
  });
}
