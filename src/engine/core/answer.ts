// Answers a command: 🚀 and the decision, or 👎 and the reason.
import type { ActingApp, Actor } from '../../domain/actor.ts';
import type { Effect } from '../../domain/effect.ts';
import type { OutsideError } from '../../net/outside-error.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { Reply } from '../../domain/reply.ts';
import type { Commit } from './commit.ts';

/** The author and the place of the comment with the command. */
export type Asked = {
  readonly repo: Repo;
  readonly issue: number;
  readonly commentId: number;
  readonly by: Actor;
  /** The App that wrote the comment for them, if any. */
  readonly app: ActingApp | null;
  /** When it was written, if known. */
  readonly sentAt?: number;
};

export type Answer = Commit;

/** The command was carried out. */
export function answered(asked: Asked, commit: Commit): Answer {
  return { ...commit, effects: [...(commit.effects ?? []), react(asked, 'rocket')] };
}

/** The command is answered with words. */
export function replied(asked: Asked, reply: Reply): Answer {
  return { repo: asked.repo, effects: [replyIn(asked, reply), react(asked, 'rocket')] };
}

/** The command was parsed but not carried out. */
export function refused(asked: Asked, refusal: Refusal): Answer {
  return notDone(asked, { kind: 'refusal', refusal });
}

/** Nothing was done: 👎 and the reason. */
export function notDone(asked: Asked, reply: Reply): Answer {
  return { repo: asked.repo, effects: [react(asked, '-1'), replyIn(asked, reply)] };
}

/** Like `refused`, but with words at most once per thread and day. */
export function refusedDaily(asked: Asked, refusal: Refusal): Answer {
  return { repo: asked.repo, effects: [react(asked, '-1'), replyDaily(asked, refusal)] };
}

/** For people without access: words at most once per thread and day, a reaction once per person, thread and day. */
export function deniedDaily(asked: Asked, refusal: Refusal): Answer {
  const idempotencyKey = strangerReactionKey(asked);
  return { repo: asked.repo, effects: [{ ...react(asked, '-1'), idempotencyKey }, replyDaily(asked, refusal)] };
}

/** The same answer under these limits: for people who may read the help and no more. */
export function answeredDaily(asked: Asked, answer: Answer): Answer {
  const effects = (answer.effects ?? []).map((effect): Effect => {
    if (effect.kind === 'react') return { ...effect, idempotencyKey: strangerReactionKey(asked) };
    return effect.kind === 'reply' ? { ...effect, idempotencyKey: readerHelpKey(asked) } : effect;
  });
  return { ...answer, effects };
}

/** The key under which readers get their help in a thread, whoever they are. */
export function readerHelpKey({ repo, issue }: Pick<Asked, 'repo' | 'issue'>): string {
  return `reader-help/${repo.id}/${issue}`;
}

function strangerReactionKey({ repo, issue, by }: Asked): string {
  return `stranger-reaction/${repo.id}/${issue}/${by.id}`;
}

/** The idempotency key that limits such a refusal to one per thread and day, for any person. */
export function dailyIdempotencyKey({ repo, issue }: Pick<Asked, 'repo' | 'issue'>, { code }: Refusal): string {
  return `turned-away/${repo.id}/${issue}/${code}`;
}

/** The refusal for an outside error, after the last retry. */
export function refusalOf(error: OutsideError): Refusal {
  const problem = error.toProblem();
  return { code: problem.code.startsWith('github-') ? 'github-problem' : 'registry-problem', problem };
}

/** Only the words of `deniedDaily`: for people who wrote no comment to react to. */
export function repliedDaily(asked: InThread, refusal: Refusal): Answer {
  return { repo: asked.repo, effects: [replyDaily(asked, refusal)] };
}

/** An answer without a reaction; `idempotencyKey` as of a reply. */
export function repliedOnce(asked: InThread, reply: Reply, idempotencyKey: string): Answer {
  return { repo: asked.repo, effects: [{ ...replyIn(asked, reply), idempotencyKey }] };
}

type InThread = Pick<Asked, 'repo' | 'issue' | 'by'>;

function replyDaily(asked: InThread, refusal: Refusal): Effect {
  const reply = replyIn(asked, { kind: 'refusal', refusal });
  return { ...reply, idempotencyKey: dailyIdempotencyKey(asked, refusal) };
}

type React = Extract<Effect, { kind: 'react' }>;

export function react({ repo, commentId }: Pick<Asked, 'repo' | 'commentId'>, reaction: React['reaction']): React {
  return { kind: 'react', repoId: repo.id, commentId, reaction };
}

function replyIn({ repo, issue, by }: InThread, reply: Reply): Extract<Effect, { kind: 'reply' }> {
  return { kind: 'reply', repoId: repo.id, issue, reply, to: by.login, idempotencyKey: null };
}
