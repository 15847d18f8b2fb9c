// One command line of a comment: checks who asks, and hands it to its use case.
import { reaches } from '../domain/actor.ts';
import type { Command } from '../domain/command.ts';
import { OutsideError } from '../domain/outside-error.ts';
import type { Refusal } from '../domain/refusal.ts';
import { findForeignOwner } from './allowed-owners.ts';
import { notDone, refused, replied, turnedAway, type Answer, type Asked } from './answer.ts';
import { cancelPromotion } from './cancel-promotion.ts';
import type { Intent } from './intent.ts';
import type { Handler } from './handler.ts';
import { loadActor, loadPolicy } from './load.ts';
import { isPatient } from './patience.ts';
import { requestPromotion } from './request-promotion.ts';
import { reviewByComment } from './review-promotion.ts';
import type { Services } from './services.ts';
import { showStatus } from './show-status.ts';

type Line = Extract<Intent, { kind: 'command' }>['line'];

export const runCommand: Handler<'command'> = async (job, services) => {
  const { repo, issue, commentId, line } = job.payload;
  const by = await loadActor(services, job.payload);
  const asked: Asked = { repo, issue, commentId, by };
  try {
    return { kind: 'done', commit: await answer(services, asked, line) };
  } catch (error) {
    if (!(error instanceof OutsideError) || (error.retryable && isPatient(job, services))) throw error;
    return { kind: 'done', commit: refused(asked, problemOf(services, asked, error)) };
  }
};

async function answer(services: Services, asked: Asked, line: Line): Promise<Answer> {
  const verb = verbOf(line);
  const foreign = await findForeignOwner(services, asked.repo);
  if (foreign !== null) return turnedAway(asked, { code: 'owner-not-allowed', owner: foreign });
  const { role } = asked.by;
  if (!reaches(role, 'write')) return turnedAway(asked, { code: 'not-permitted', verb, role, wanted: 'write' });
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
  }
}

function carryOut(services: Services, asked: Asked, command: Command): Answer | Promise<Answer> {
  switch (command.kind) {
    case 'promote':
      return requestPromotion(services, asked, command);
    case 'approve':
      return reviewByComment(services, asked, { verdict: 'approve', id: command.id, reason: null });
    case 'reject':
      return reviewByComment(services, asked, { verdict: 'reject', id: command.id, reason: command.reason });
    case 'cancel':
      return cancelPromotion(services, asked, command.id);
    case 'status':
      return showStatus(services, asked, command);
    case 'help':
      return replied(asked, { kind: 'help' });
  }
}

function verbOf(line: Line): string {
  switch (line.kind) {
    case 'command':
      return line.command.kind;
    case 'mistake':
      return line.verb;
    case 'misspelled':
      return line.meant;
    case 'hint':
    case 'too-many-commands':
      return 'promote';
  }
}

function problemOf(services: Services, asked: Asked, error: OutsideError): Refusal {
  const image = loadPolicy(services, asked.repo).images[0];
  const ofGitHub = error.code.startsWith('github-') || image === undefined;
  return ofGitHub
    ? { code: 'github-problem', problem: error.message }
    : { code: 'registry-problem', image, problem: error.message };
}
