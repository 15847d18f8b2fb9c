// A command in a review or a description: commands are read from comments only, and its author gets one hint.
import { reaches } from '../../domain/actor.ts';
import {
  answersEverywhere,
  LONG_FORM,
  parseCommandLine,
  verbOf,
  type OurLine,
  type Verb,
} from '../../domain/command.ts';
import type { PromotionLine } from '../../domain/refusal.ts';
import { OutsideError } from '../../net/outside-error.ts';
import { listOpenPromotions, listPromotionsOfThread } from '../../store/promotions/promotions.ts';
import { readerHelpKey, repliedOnce, repliedDaily, type Answer } from '../core/answer.ts';
import { lineOf } from '../core/find-promotion.ts';
import { DONE, type IntentDefinition, type Job, type JobOutcome } from '../core/handler.ts';
import type { Intent } from '../core/intent.ts';
import { loadActor } from '../core/load.ts';
import { hasRetryBudget } from '../core/retry-budget.ts';
import type { Services } from '../core/services.ts';
import { findBar } from '../people/command-access.ts';
import { admitText } from './admit-comment.ts';

type Misplaced = Extract<Intent, { kind: 'misplaced-command' }>;

/** `elsewhere`: what a bare command could mean; empty where the line works as it is. */
type Meant = { readonly typed: string; readonly verb: Verb; readonly elsewhere: readonly PromotionLine[] };

export const hintMisplaced: IntentDefinition<'misplaced-command'> = {
  key: ({ repo, place, sourceId }) => `${repo.id}/${place}/${sourceId}`,
  queue: 'repo',
  traits: [],
  handle,
  unserved: async () => DONE,
};

async function handle(job: Job<'misplaced-command'>, services: Services): Promise<JobOutcome> {
  const { repo, by, issue, place, sourceId } = job.payload;
  try {
    const meant = await findMeantLine(services, job.payload);
    if (meant === null || !(await admitText(services, { repo, personId: by.id, sourceId }))) return DONE;
    return { kind: 'done', commit: await hint(services, job.payload, meant) };
  } catch (error) {
    if (!(error instanceof OutsideError) || (error.retryable && hasRetryBudget(job, services))) throw error;
    // A hint is worth no more than that: nobody waits for it.
    services.log.warn({ err: error, repo: repo.name, issue, place }, 'gave up a hint on a command outside of comments');
    return DONE;
  }
}

/** One for each person, thread and day; strangers get what their commands get. */
async function hint(services: Services, text: Misplaced, meant: Meant): Promise<Answer> {
  const { repo, issue, place, by: sender } = text;
  const by = await loadActor(services, { repo, by: sender });
  const asked = { repo, issue, by };
  const bar = await findBar(services, asked, meant.verb);
  if (bar?.code === 'not-permitted')
    return { ...repliedDaily(asked, bar), rights: { personId: by.id, kind: 'denied' } };
  if (bar !== null) return repliedDaily(asked, bar);
  const isReader = meant.verb === 'help' && !reaches(by.role, 'write');
  const key = isReader ? readerHelpKey(asked) : `misplaced-command/${repo.id}/${issue}/${by.id}`;
  return repliedOnce(asked, { kind: 'misplaced', place, ...meant }, key);
}

/**
 * The first line that is ours by the rules of comments. Where other bots could be meant, one that names no promotion is ours
 * only while something in the repository waits that it could be about.
 */
async function findMeantLine({ store, sha256 }: Services, { repo, issue, lines }: Misplaced): Promise<Meant | null> {
  const ours = lines.flatMap((line) => {
    const parsed = parseCommandLine(line);
    return parsed.kind === 'not-ours' ? [] : [{ typed: line.text, parsed, verb: topicOf(parsed) }];
  });
  const threadIsOurs = (await listPromotionsOfThread(store.db, { repoId: repo.id, issue })).length > 0;
  const here = ours.find(({ parsed }) => threadIsOurs || answersEverywhere(parsed));
  if (here !== undefined) return { typed: here.typed, verb: here.verb, elsewhere: [] };
  const bare = ours.find(({ parsed, verb }) => parsed.kind !== 'misspelled' && verb !== 'help');
  if (bare === undefined) return null;
  const open = await listOpenPromotions(store.db, { repoId: repo.id });
  const elsewhere = open.filter((one) => isAbout(bare.verb, one.state.kind)).map((one) => lineOf(one, { sha256 }));
  return elsewhere.length === 0 ? null : { typed: bare.typed, verb: bare.verb, elsewhere };
}

/** A review is about what waits for one; the rest may be about anything that is open. */
function isAbout(verb: Verb, state: PromotionLine['state']): boolean {
  return verb === 'approve' || verb === 'reject' ? state === 'awaiting-approval' : true;
}

/** A misspelled long form gets the help. */
function topicOf(line: OurLine): Verb {
  const verb = verbOf(line);
  return verb === LONG_FORM ? 'help' : verb;
}
