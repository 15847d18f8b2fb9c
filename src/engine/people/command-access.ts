// Decides who may use a command: write access, what the policy lets people do with less, and read access for the help.
import { reaches, type Role } from '../../domain/actor.ts';
import { COMMANDS, LONG_FORM, VERBS, type Verb } from '../../domain/command.ts';
import { mayReview } from '../../domain/eligibility.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { Asked } from '../core/answer.ts';
import { loadPolicy } from '../core/load.ts';
import type { Services } from '../core/services.ts';
import { loadPins } from './reviewers.ts';

/** Null: the person may use it. With less than write access, people may review or roll back where the policy lets them. */
export async function findBar(
  services: Services,
  { repo, by }: Pick<Asked, 'repo' | 'by'>,
  verb: Verb | typeof LONG_FORM,
): Promise<Refusal | null> {
  if (reaches(by.role, 'write')) return null;
  const notPermitted = (wanted: Role): Refusal => ({ code: 'not-permitted', verb, role: by.role, wanted });
  const access = verb === LONG_FORM ? 'write' : COMMANDS[verb].access;
  if (access === 'read') return reaches(by.role, 'read') ? null : notPermitted('read');
  if (access === 'write' || by.role === 'none') return notPermitted('write');
  const loaded = await loadPolicy(services, repo);
  if (loaded.kind === 'unreadable') return { code: 'policy-unreadable', problems: loaded.problems };
  const { environments, rollback } = loaded.policy;
  if (access === 'rollback-role') return reaches(by.role, rollback.role) ? null : notPermitted(rollback.role);
  const pins = await loadPins(services, repo, { policies: environments.map(({ approvals }) => approvals) });
  if (environments.some(({ approvals }) => mayReview(approvals, by, pins))) return null;
  return notPermitted(environments.some(({ approvals }) => approvals.role === 'triage') ? 'triage' : 'write');
}

/** True for somebody who may read the help at most. */
export async function isBarredFromAll(services: Services, asked: Pick<Asked, 'repo' | 'by'>): Promise<boolean> {
  for (const verb of VERBS.filter((one) => COMMANDS[one].access !== 'read')) {
    const bar = await findBar(services, asked, verb);
    if (bar?.code !== 'not-permitted') return false;
  }
  return true;
}
