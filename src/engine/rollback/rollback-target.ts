// Pins what `/rollback` goes back to: what history, a rollback tag or a kept tag proves that the environment held.
import { heldUntil, isHeldTagName, provesHeld, type HeldTagPlace } from '../../domain/image/held-tag.ts';
import {
  defaultRollbackTarget,
  leftByRollback,
  mayRollBackTo,
  newestOfEach,
  promotionOf,
  wasHeldBeforeHistory,
  type History,
} from '../../domain/promotion/history.ts';
import { formatNumber } from '../../domain/promotion/promotion.ts';
import type { Digest, ImageRepository, Tag } from '../../domain/image/reference.ts';
import type { Refusal, RollbackChoice } from '../../domain/refusal.ts';
import type { RollbackTarget } from '../../domain/promotion/rollback-target.ts';
import { listTagWriters } from '../../store/promotions/history.ts';
import type { Services } from '../core/services.ts';

export type ResolvedTarget =
  /** `typed`: as people call it from now on; `tag`: the one that led to it. */
  | { readonly kind: 'resolved'; readonly digest: Digest; readonly typed: string; readonly tag: Tag | null }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export type TargetQuestion = {
  readonly place: HeldTagPlace;
  readonly image: ImageRepository;
  readonly history: History;
  /** What the environment's first floating tag holds now. */
  readonly current: Digest | null;
};

/** The newest names by far suffice, and nobody waits for thousands of requests. */
const MAX_TAGS_LOOKED_AT = 100;
const SHOWN_CHOICES = 5;

/** Asks the registry where history does not tell; OutsideError when it can't say. */
export async function resolveTarget(
  services: Services,
  question: TargetQuestion,
  target: RollbackTarget | null,
): Promise<ResolvedTarget> {
  if (target === null) return resolveDefault(services, question);
  switch (target.kind) {
    case 'promotion':
      return resolvePromotion(question, target.number);
    case 'digest':
      return resolveDigest(services, question, target.digest);
    case 'tag':
      return resolveTag(services, question, target.tag);
  }
}

async function resolveDefault(services: Services, question: TargetQuestion): Promise<ResolvedTarget> {
  const { history, current, place } = question;
  const digest = defaultRollbackTarget({ history, current });
  if (digest !== null) return { kind: 'resolved', digest, typed: nameIn(history, digest), tag: null };
  const kept = await findOlderThanHistory(services, question);
  if (kept !== null) return { kind: 'resolved', digest: kept.digest, typed: kept.tag, tag: kept.tag };
  const environment = place.environment.name;
  return no({ code: 'nothing-to-roll-back-to', environment, current, choices: choicesIn(question) });
}

/** What production held before our history begins: rollback tags keep it, and their names sort by time. */
async function findOlderThanHistory(
  { registry, store }: Services,
  { place, image, history, current }: TargetQuestion,
): Promise<Holder | null> {
  const tags = (await registry.listTags(image)).filter((tag) => heldUntil(tag) !== null && isHeldTagName(tag, place));
  const newest = tags.toSorted().toReversed().slice(0, MAX_TAGS_LOOKED_AT);
  const writers = await listTagWriters(store.db, { repository: image, tags: newest });
  for (const tag of newest) {
    const digest = await registry.findDigest(image, tag);
    const until = heldUntil(tag);
    if (digest === null || until === null || !provesHeld({ tag, digest }, { place, writers })) continue;
    if (wasHeldBeforeHistory({ history, current, kept: { digest, until } })) return { tag, digest };
  }
  return null;
}

function resolvePromotion(question: TargetQuestion, number: number): ResolvedTarget {
  const held = question.history.find(({ promotion }) => promotion === number);
  const typed = formatNumber(number);
  if (held === undefined) return notATarget(question, { typed, because: 'never-there' });
  return { kind: 'resolved', digest: held.digest, typed, tag: null };
}

async function resolveDigest(services: Services, question: TargetQuestion, digest: Digest): Promise<ResolvedTarget> {
  const { history, current } = question;
  const proven = digest === current || mayRollBackTo({ history, digest });
  const tag = proven ? null : await findProof(services, question, digest);
  if (!proven && tag === null) return notATarget(question, { typed: digest, because: 'never-held' });
  return { kind: 'resolved', digest, typed: digest, tag };
}

/** A rollback or kept tag that holds the digest. */
async function findProof(services: Services, question: TargetQuestion, digest: Digest): Promise<Tag | null> {
  const { registry, store } = services;
  const { image, place } = question;
  const named = (await registry.listTags(image)).filter((tag) => isHeldTagName(tag, place));
  const newest = named.toSorted().toReversed().slice(0, MAX_TAGS_LOOKED_AT);
  const held = await Promise.all(newest.map((tag) => registry.findDigest(image, tag)));
  const tags = newest.filter((_, position) => held[position] === digest);
  const writers = await listTagWriters(store.db, { repository: image, tags });
  return tags.find((tag) => provesHeld({ tag, digest }, { place, writers })) ?? null;
}

async function resolveTag({ registry, store }: Services, question: TargetQuestion, tag: Tag): Promise<ResolvedTarget> {
  const { image, history, current, place } = question;
  const digest = await registry.findDigest(image, tag);
  if (digest === null) return notATarget(question, { typed: tag, because: 'no-such-tag' });
  const writers = await listTagWriters(store.db, { repository: image, tags: [tag] });
  const proven =
    digest === current || mayRollBackTo({ history, digest }) || provesHeld({ tag, digest }, { place, writers });
  if (!proven) return notATarget(question, { typed: tag, because: 'never-held' });
  return { kind: 'resolved', digest, typed: tag, tag };
}

type Holder = { readonly tag: Tag; readonly digest: Digest };

function notATarget(
  question: TargetQuestion,
  about: Pick<Extract<Refusal, { code: 'not-a-rollback-target' }>, 'typed' | 'because'>,
): ResolvedTarget {
  const environment = question.place.environment.name;
  return no({ code: 'not-a-rollback-target', environment, ...about, choices: choicesIn(question) });
}

/** What may be named instead, newest first; what a rollback left as well, since somebody may mean it. */
function choicesIn({ history, current }: TargetQuestion): readonly RollbackChoice[] {
  const left = leftByRollback(history);
  return newestOfEach(history)
    .filter(({ digest }) => digest !== current)
    .slice(0, SHOWN_CHOICES)
    .map(({ promotion, digest, at }) => ({
      promotion: promotionOf(history, digest) ?? promotion,
      digest,
      at,
      wasLeft: left.has(digest),
    }));
}

function nameIn(history: History, digest: Digest): string {
  const number = promotionOf(history, digest);
  return number === null ? digest : formatNumber(number);
}

function no(refusal: Refusal): ResolvedTarget {
  return { kind: 'refused', refusal };
}
