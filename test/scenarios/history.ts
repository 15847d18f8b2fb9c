// A history in conversation: images reach production one after the other, over one that was put there by hand.
import { peekPromotionNumber } from '../../src/store/repos.ts';
import type { Reply } from '../../src/domain/reply.ts';
import type { TestImage } from '../support/registry/images.ts';
import { begin, converse, type Conversation } from './conversation.ts';
import { write } from './policy-world.ts';
import { acme, IMAGE, Scenario, stage, type ScenarioOptions } from './world.ts';

export type Released = {
  readonly digest: string;
  readonly commit: string;
  readonly tag: string;
  readonly image: TestImage;
};

export type Historic = Conversation & {
  /** Stages the image of a new commit. */
  readonly build: (message: string) => Released;
  /** The same, a minute later; ada asks for it and bob approves. */
  readonly release: (message: string, to?: string) => Promise<Released>;
  /** The values of what somebody is answered to a `/rollback …` that comes a minute later, besides a card. */
  readonly rollBack: (rest?: string, by?: string) => Promise<readonly Reply[]>;
  /** The one digest that both floating tags of production hold. */
  readonly holds: () => string | null;
};

const MINUTE_MS = 60_000;

/** `empty`: production's tags do not exist yet. */
export async function beginHistory(
  options: ScenarioOptions & { readonly policy?: string; readonly empty?: boolean } = {},
): Promise<Historic> {
  const talk = options.empty === true ? await beginEmpty(options) : await begin(options);
  const { world, repo } = talk;
  if (options.policy !== undefined) write(talk, options.policy);
  const build: Historic['build'] = (message) => {
    const commit = repo.commitOn('staging', { message });
    const image = stage(world, { commit });
    return { commit, tag: `staging-${commit.slice(0, 7)}`, image, digest: image.digest };
  };
  return {
    ...talk,
    build,
    release: async (message, to) => {
      world.clock.turn(MINUTE_MS);
      const built = build(message);
      await talk.say('ada', `/promote ${built.tag}${to === undefined ? '' : ` to ${to}`}`);
      const asked = (await peekPromotionNumber(world.app.store.db, repo.id)) - 1;
      await talk.approve('bob', asked);
      return built;
    },
    rollBack: async (rest = '', by = 'ada') => {
      world.clock.turn(MINUTE_MS);
      return (await talk.say(by, `/rollback ${rest} --reason "it fails"`)).answers;
    },
    holds: () => {
      const { main, latest } = talk.production();
      if (main !== latest) throw new Error(`main holds ${main}, latest holds ${latest}`);
      return main;
    },
  };
}

async function beginEmpty(options: ScenarioOptions): Promise<Conversation> {
  const world = await Scenario.start(options);
  const repo = await acme(world);
  const commit = repo.commitOn('staging', { message: 'The first one' });
  const image = stage(world, { commit });
  return converse(world, { repo, commit, image, old: image });
}

/** Takes one of its layers out of the registry. */
export function breakLayer({ world }: Historic, { image }: Released): string {
  const layer = image.blobs.find(({ content }) => content.kind === 'declared');
  if (layer === undefined) throw new Error('an image without layers');
  world.registry.deleteBlob(IMAGE, layer.digest);
  return layer.digest;
}
