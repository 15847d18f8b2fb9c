// One command line of a comment: checks who asks, and hands it to its use case.
import { reaches } from '../../domain/actor.ts';
import type { LONG_FORM, Verb } from '../../domain/command.ts';
import type { Effect } from '../../domain/effect.ts';
import { OutsideError } from '../../net/outside-error.ts';
import { findRightsConfirmedAt } from '../../store/people.ts';
import { listWaitingComments } from '../../store/threads.ts';
import {
  answeredDaily,
  notDone,
  react,
  refusalOf,
  refused,
  refusedDaily,
  deniedDaily,
  type Answer,
  type Asked,
} from '../core/answer.ts';
import { commitAndContinue, type RightsWrite } from '../core/commit.ts';
import type { CommandLine, Intent } from '../core/intent.ts';
import type { IntentDefinition, Job, JobOutcome } from '../core/handler.ts';
import { byComment } from '../core/job-description.ts';
import { loadActor } from '../core/load.ts';
import { carryOut } from './commands.ts';
import { findBar, isBarredFromAll } from '../people/command-access.ts';
import { hasRetryBudget, RETRY_BUDGET_MS } from '../core/retry-budget.ts';
import type { Services } from '../core/services.ts';

export const runCommand: IntentDefinition<'command'> = {
  key: ({ repo, commentId }) => byComment({ repoId: repo.id, commentId }),
  queue: 'repo',
  traits: ['decides-for-person'],
  handle,
  unserved: (job, services, refusal) => goOn(job, services, deniedDaily(askedByUnknown(job), refusal)),
};

async function handle(job: Job<'command'>, services: Services): Promise<JobOutcome> {
  return goOn(job, services, await answerInTime(job, services));
}

/** The comment's next command, or the thread's next comment, follows what this one led to. */
async function goOn(job: Job<'command'>, services: Services, commit: Answer): Promise<JobOutcome> {
  const intents = nextCommand(job.payload);
  if (intents.length > 0) return { kind: 'done', commit: { ...commit, intents } };
  const effects = [...(commit.effects ?? []), ...(await nextComment(services, job.payload))];
  return { kind: 'done', commit: { ...commit, effects } };
}

/** A transient outside failure is retried for a while, then answered like a final one. */
async function answerInTime(job: Job<'command'>, services: Services): Promise<Answer> {
  const { repo, issue, commentId, sentAt, line } = job.payload;
  let asked: Asked | null = null;
  try {
    const time = sentAt === undefined ? {} : { sentAt };
    const by = await loadActor(services, job.payload);
    asked = { repo, issue, commentId, by, app: job.payload.by.app ?? null, ...time };
    return await answer(services, { job, asked }, line);
  } catch (error) {
    if (
      !(error instanceof OutsideError) ||
      (error.retryable && hasRetryBudget({ createdAt: waitsSince(job) }, services))
    )
      throw error;
    if (asked !== null) return refused(asked, refusalOf(error));
    return refusedDaily(askedByUnknown(job), { code: 'github-problem', problem: error.toProblem() });
  }
}

/** By a person whose role is unknown. */
function askedByUnknown({ payload: { repo, issue, commentId, by } }: Job<'command'>): Asked {
  return { repo, issue, commentId, by: { ...by, role: 'none' }, app: by.app ?? null };
}

/** The wait in the queue counts, but each command has at least a minute: a host that just failed may recover by then. */
function waitsSince({ payload, createdAt }: Job<'command'>): number {
  return Math.max(payload.receivedAt ?? createdAt, createdAt - RETRY_BUDGET_MS + MINUTE_MS);
}

const MINUTE_MS = 60_000;
const CONFIRM_EVERY_MS = 24 * 60 * MINUTE_MS;

function nextCommand({ later, ...command }: Extract<Intent, { kind: 'command' }>): readonly Intent[] {
  const [line, ...rest] = later;
  return line === undefined ? [] : [{ ...command, line, later: rest }];
}

/** The comment is done: continues with the thread's next one, if any. */
async function nextComment(
  { store }: Services,
  { repo, issue }: Pick<Asked, 'repo' | 'issue'>,
): Promise<readonly Effect[]> {
  const place = { repoId: repo.id, issue };
  const waiting = await listWaitingComments(store.db, place);
  return waiting.length === 0 ? [] : [{ kind: 'read-thread', ...place }];
}

async function answer(
  services: Services,
  { job, asked }: { readonly job: Job<'command'>; readonly asked: Asked },
  line: CommandLine,
): Promise<Answer> {
  const bar = await findBar(services, asked, verbOf(line));
  if (bar?.code === 'not-permitted') return { ...deniedDaily(asked, bar), rights: denied(asked) };
  if (bar !== null) return deniedDaily(asked, bar);
  if (verbOf(line) === 'help' && !reaches(asked.by.role, 'write')) return answerReader(services, asked, line);
  await confirmRights(services, { job, asked });
  return respond(services, asked, line);
}

/** Anybody may read the help. That proves no right, and costs no more than what a stranger is refused. */
async function answerReader(services: Services, asked: Asked, line: CommandLine): Promise<Answer> {
  const full = await respond(services, asked, line);
  const { repo, by } = asked;
  const person = { repoId: repo.id, personId: by.id, now: services.now() };
  if ((await findRightsConfirmedAt(services.store.db, person)) === null) return answeredDaily(asked, full);
  // Known for what the policy let them do with less than write access, unless it does not any more.
  if (!(await isBarredFromAll(services, asked))) return full;
  return { ...answeredDaily(asked, full), rights: denied(asked) };
}

function denied({ by }: Asked): RightsWrite {
  return { personId: by.id, kind: 'denied' };
}

function respond(services: Services, asked: Asked, line: CommandLine): Answer | Promise<Answer> {
  switch (line.kind) {
    case 'command':
      return carryOut(services, asked, line.command);
    case 'mistake':
      return notDone(asked, { kind: 'mistake', verb: line.verb, mistake: line.mistake });
    case 'misspelled':
      return notDone(asked, { kind: 'misspelled', typed: line.typed, meant: line.meant });
    case 'hint':
      return notDone(asked, { kind: 'hint', hint: line.hint });
    case 'too-many-commands':
      return notDone(asked, line);
    case 'not-run':
      return notDone(asked, { kind: 'not-run', because: line.because, typed: line.typed });
  }
}

/** Stores the confirmed right. If it was unknown before, 👀 waited for it. */
async function confirmRights(
  services: Services,
  { job, asked }: { readonly job: Job<'command'>; readonly asked: Asked },
): Promise<void> {
  const { repo, by } = asked;
  const now = services.now();
  const confirmedAt = await findRightsConfirmedAt(services.store.db, { repoId: repo.id, personId: by.id, now });
  if (confirmedAt !== null && confirmedAt > now - CONFIRM_EVERY_MS) return;
  const effects = confirmedAt === null ? [react(asked, 'eyes')] : [];
  // If the job was lost meanwhile, the commit of the answer fails too.
  await commitAndContinue(services, job, { repo, effects, rights: { personId: by.id, kind: 'confirmed' } });
}

function verbOf(line: CommandLine): Verb | typeof LONG_FORM {
  switch (line.kind) {
    case 'command':
      return line.command.kind;
    case 'mistake':
    case 'not-run':
      return line.verb;
    case 'misspelled':
      return line.meant;
    case 'hint':
    case 'too-many-commands':
      return 'promote';
  }
}
