// Pins the target of `/rollback` and how it is known: only our own journal proves that the environment held it.
import {
  defaultTarget,
  newestOfEach,
  originOf,
  promotionOf,
  type History,
  type Today,
} from '../../domain/promotion/history.ts';
import { formatNumber } from '../../domain/promotion/promotion.ts';
import { readOwnImage, type PlainSource } from '../../domain/image/image-source.ts';
import type { Digest, ImageRepository, Tag } from '../../domain/image/reference.ts';
import type { Refusal, RollbackChoice } from '../../domain/refusal.ts';
import type { RollbackTarget } from '../../domain/promotion/rollback-target.ts';
import type { TargetOrigin } from '../../domain/promotion/target-origin.ts';
import type { Services } from '../core/services.ts';

export type ResolvedTarget =
  /** `typed`: the name for people from now on; `tag`: the tag that led to it. */
  | {
      readonly kind: 'resolved';
      readonly digest: Digest;
      readonly typed: string;
      readonly tag: Tag | null;
      readonly origin: TargetOrigin;
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export type TargetQuestion = Today & {
  readonly environment: string;
  readonly image: ImageRepository;
  readonly history: History;
  /** What the environment's first floating tag holds now. */
  readonly current: Digest | null;
};

const SHOWN_CHOICES = 5;

/** Asks the registry if history has no answer; OutsideError if it can't answer. */
export async function resolveTarget(
  services: Services,
  question: TargetQuestion,
  target: RollbackTarget | null,
): Promise<ResolvedTarget> {
  if (target === null) return resolveDefault(question);
  switch (target.kind) {
    case 'promotion':
      return resolvePromotion(question, target.number);
    case 'digest':
      return resolveDigest(services, question, target.digest);
    case 'tag':
      return resolveTag(services, question, target.tag);
    case 'image': {
      const { image } = question;
      const own = readOwnImage(target, image);
      return own === null
        ? no({ code: 'not-own-image', typed: target.typed, image })
        : resolveOwn(services, question, own);
    }
  }
}

async function resolveOwn(
  services: Services,
  question: TargetQuestion,
  own: Exclude<PlainSource, { kind: 'hex' }>,
): Promise<ResolvedTarget> {
  if (own.kind === 'digest') return resolveDigest(services, question, own.digest);
  const { tag } = own;
  const target = await resolveTag(services, question, tag);
  if (own.kind === 'tag' || target.kind === 'refused' || target.digest === own.digest) return target;
  return no({ code: 'tag-holds-another', tag, named: own.digest, holds: target.digest });
}

function resolveDefault(question: TargetQuestion): ResolvedTarget {
  const { current, environment } = question;
  const target = defaultTarget(question);
  if (target !== null) {
    const { digest, name: typed, origin } = target;
    return { kind: 'resolved', digest, typed, tag: null, origin };
  }
  return no({ code: 'nothing-to-roll-back-to', environment, current, choices: choicesIn(question) });
}

function resolvePromotion(question: TargetQuestion, number: number): ResolvedTarget {
  const held = question.history.find(({ kind, promotion }) => kind !== 'baseline' && promotion === number);
  const typed = formatNumber(number);
  if (held === undefined) return notATarget(question, { typed, because: 'never-there' });
  return resolved(question, { digest: held.digest, typed, tag: null });
}

async function resolveDigest(
  { registry }: Services,
  question: TargetQuestion,
  digest: Digest,
): Promise<ResolvedTarget> {
  const isKnown = question.history.some((holding) => holding.digest === digest);
  if (!isKnown && (await registry.findDigest(question.image, digest)) === null) {
    return notATarget(question, { typed: digest, because: 'no-such-digest' });
  }
  return resolved(question, { digest, typed: digest, tag: null });
}

async function resolveTag({ registry }: Services, question: TargetQuestion, tag: Tag): Promise<ResolvedTarget> {
  const digest = await registry.findDigest(question.image, tag);
  if (digest === null) return notATarget(question, { typed: tag, because: 'no-such-tag' });
  return resolved(question, { digest, typed: tag, tag });
}

function resolved(
  question: TargetQuestion,
  target: Pick<Extract<ResolvedTarget, { kind: 'resolved' }>, 'digest' | 'typed' | 'tag'>,
): ResolvedTarget {
  return { kind: 'resolved', ...target, origin: originOf({ ...question, digest: target.digest }) };
}

function notATarget(
  question: TargetQuestion,
  about: Pick<Extract<Refusal, { code: 'not-a-rollback-target' }>, 'typed' | 'because'>,
): ResolvedTarget {
  const { environment } = question;
  return no({ code: 'not-a-rollback-target', environment, ...about, choices: choicesIn(question) });
}

/** Other possible targets, newest first, including those that need approvals. */
function choicesIn(question: TargetQuestion): readonly RollbackChoice[] {
  const { history, current } = question;
  return newestOfEach(history)
    .filter(({ digest }) => digest !== current)
    .slice(0, SHOWN_CHOICES)
    .map(({ digest, at }) => ({
      promotion: promotionOf(history, digest),
      digest,
      at,
      origin: originOf({ ...question, digest }),
    }));
}

function no(refusal: Refusal): ResolvedTarget {
  return { kind: 'refused', refusal };
}
