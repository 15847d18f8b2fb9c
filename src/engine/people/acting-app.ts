// Decides whether an App may act with a person's token: only if the policy lists it.
import type { ActingApp } from '../../domain/actor.ts';
import { listsApp } from '../../domain/eligibility.ts';
import type { EnvironmentPolicy } from '../../domain/policy/policy.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import type { Refusal, RefusedVerb } from '../../domain/refusal.ts';
import type { Services } from '../core/services.ts';
import { loadPins } from './reviewers.ts';

/** Null where the person wrote the comment themselves, or through an App that the environment's `approvals.apps` lists. */
export async function refuseActingApp(
  services: Services,
  about: {
    readonly repo: Repo;
    readonly app: ActingApp | null;
    readonly environment: EnvironmentPolicy;
    readonly verb: RefusedVerb;
  },
): Promise<Refusal | null> {
  const { repo, app, environment, verb } = about;
  if (app === null) return null;
  const pins = await loadPins(services, repo, { policies: [environment.approvals], acting: app });
  return listsApp(environment.approvals, app, pins) ? null : { code: 'acted-through-app', verb, app: app.slug };
}
