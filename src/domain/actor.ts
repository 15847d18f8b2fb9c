// Who acts: a person or a bot on GitHub, and what the repository lets them do.

export const ROLES = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Identifies a person: logins change, ids do not. */
export type Person = { readonly id: number; readonly login: string };

/** An App that acted with a person's token; `slug` is the name in its address. */
export type ActingApp = { readonly id: number; readonly slug: string };

export type Actor = Person & { readonly kind: 'user' | 'bot'; readonly role: Role };

/**
 * The rank that GitHub's permission answer stands for. `permission` knows only admin, write, read and none (maintain is
 * given as write, triage as read); `roleName` refines it where it is one of the built-in five. A custom role keeps the
 * rank of its base permission.
 */
export function rankOf(answer: { readonly permission: string; readonly roleName: string }): Role {
  const base = toRole(answer.permission) ?? 'none';
  const refined = toRole(answer.roleName);
  if (refined === 'maintain' && base === 'write') return 'maintain';
  if (refined === 'triage' && base === 'read') return 'triage';
  return base;
}

/** True when `role` is `wanted` or above. */
export function reaches(role: Role, wanted: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(wanted);
}

function toRole(text: string): Role | undefined {
  return ROLES.find((role) => role === text);
}
