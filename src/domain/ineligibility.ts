// Why somebody's review does not count: a stable code and the values that decided it.
import type { Role } from './actor.ts';

export type Ineligibility =
  | { readonly code: 'bot' }
  | { readonly code: 'role-too-low'; readonly wanted: Role }
  /** The policy names `users`. `role` is what others need; null: nobody else can. */
  | { readonly code: 'not-listed'; readonly users: readonly string[]; readonly role: Role | null }
  /** Listed, but neither a collaborator nor a member of the organization: everybody can read a public repository. */
  | { readonly code: 'outsider' }
  /** The policy's login belonged to another account when it was first used. */
  | { readonly code: 'another-account'; readonly login: string }
  /** The comment was written by an App with the person's token; `app` is its slug. */
  | { readonly code: 'acted-through-app'; readonly app: string }
  /** The account whose token writes the image, and could write the comment as well. */
  | { readonly code: 'registry-user' }
  /** Wrote commits of the range, and the policy refuses their authors. */
  | { readonly code: 'contributor'; readonly commits: number; readonly of: number }
  /** Requested it, and the policy wants another person's approval. */
  | { readonly code: 'own-request' };

/** Every code. If one is missing here, the store of promotions does not compile. */
export const INELIGIBILITY_CODES = [
  'bot',
  'role-too-low',
  'not-listed',
  'outsider',
  'another-account',
  'acted-through-app',
  'registry-user',
  'contributor',
  'own-request',
] as const satisfies readonly Ineligibility['code'][];

export type IneligibilityCode = Ineligibility['code'];
