// Conversations in a repository with a policy file: people write it, edit it, push it.
import type { ImageOptions } from '../support/registry/images.ts';
import { begin, type Conversation } from './conversation.ts';
import { isPut } from './release.ts';
import type { ScenarioOptions } from './world.ts';

export const POLICY = '.github/promotion.yml';

type Options = ScenarioOptions & { readonly image?: ImageOptions };

/** A conversation where the default branch holds this policy. */
export async function beginUnder(policy: string, options: Options = {}): Promise<Conversation> {
  const talk = await begin(options);
  write(talk, policy);
  return talk;
}

/** Commits the file (null removes it) without the App hearing of it: deliveries get lost. */
export function write({ repo }: Conversation, policy: string | null): void {
  repo.writeFiles('main', { [POLICY]: policy });
}

/** The same, and the App hears of the push. */
export async function push({ repo, world }: Conversation, policy: string | null): Promise<void> {
  await repo.push('main', { files: { [POLICY]: policy } });
  await world.drain();
}

/** Approves P1 by bob and runs what that leads to; before the first tag is written, `meanwhile` happens. */
export async function approveWhile(talk: Conversation, meanwhile: () => Promise<void>): Promise<void> {
  const { repo, issue } = talk;
  await whileWriting(talk, () => repo.comment({ issue, by: 'bob', body: '/approve P1' }), meanwhile);
}

/** Runs what `act` leads to; before the first tag is written, or the one named, `meanwhile` happens. */
export async function whileWriting(
  talk: Conversation,
  act: () => Promise<unknown>,
  meanwhile: () => Promise<void>,
  tag = '',
): Promise<void> {
  const held = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const remove = talk.world.registry.onRequest(async (call) => {
    if (!isPut(call) || !call.path.endsWith(tag)) return;
    remove();
    reached.resolve();
    await held.promise;
  });
  await act();
  const applied = talk.world.drain();
  await reached.promise;
  await meanwhile();
  held.resolve();
  await applied;
  await talk.world.drain();
}

/** Requests to the registry since this was called. */
export function countFrom({ world }: Conversation): () => number {
  const before = world.registry.requests.length;
  return () => world.registry.requests.length - before;
}
