// A conversation about an image that the operator granted, and an operator who takes the owner or the grant away.
import { begin, type Conversation } from './conversation.ts';
import { stage } from './world.ts';

/** The image of acme/dotca's policy file: another name than its own, so it counts as long as it is granted. */
export const API = 'acme/api';

/** What the operator lets the repository do. */
export type Access = 'served' | 'owner-not-allowed' | 'image-not-granted';

/** Production holds `old`; `image` is staged, unless its build is still to come. `rules` are further lines of the policy. */
export async function beginGranted(rules = '', { built = true } = {}): Promise<Conversation> {
  const talk = await begin();
  const { world, commit, old } = talk;
  await restartAs(talk, 'served');
  writeRules(talk, rules);
  world.registry.addImage({ repository: API, tag: 'main', image: old });
  world.registry.setTag(API, 'latest', old.digest);
  if (built) stage(world, { commit, repository: API });
  return talk;
}

/** A new process, which the operator started with these variables. */
export async function restartAs({ world }: Conversation, access: Access): Promise<void> {
  const grant = { IMAGE_GRANTS: `${world.registry.host}/${API}=acme/dotca` };
  switch (access) {
    case 'served':
      return world.restart(grant);
    case 'owner-not-allowed':
      return world.restart({ ...grant, ALLOWED_OWNERS: 'globex' });
    case 'image-not-granted':
      return world.restart();
  }
}

/** The policy file on the default branch, without the App hearing of it. */
export function writeRules(talk: Conversation, rules: string): void {
  talk.repo.writeFiles('main', policyFile(talk, rules));
}

export function policyFile({ world }: Conversation, rules: string): Readonly<Record<string, string>> {
  return { '.github/promotion.yml': `images: ["${world.registry.host}/${API}"]\n${rules}` };
}

export function isTagWrite({ method, path }: { readonly method: string; readonly path: string }): boolean {
  return method === 'PUT' && path.startsWith(`/v2/${API}/manifests/`);
}

/** Tags that were written so far. */
export function countTagWrites({ world }: Conversation): number {
  return world.registry.requests.filter((request) => isTagWrite(request) && request.status === 201).length;
}
