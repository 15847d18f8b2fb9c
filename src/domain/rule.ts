// Declares a rule: the facets it reads, the promotions it judges, and the codes and values of its findings.
import { z } from 'zod';
import {
  isKnown,
  unknownReasonOf,
  type Fact,
  type FacetName,
  type FactsWith,
  type ImageFacts,
  type PlatformFacts,
} from './image/image-facts.ts';
import { imageRepository } from './image/reference-schema.ts';
import type { ImageRepository, Tag } from './image/reference.ts';
import type { TagPlan } from './image/tag-plan.ts';
import { unknownReason, type UnknownReason } from './image/unknown-reason.ts';
import type { Policy } from './policy/policy.ts';
import type { RuledKind } from './promotion/promotion-kind.ts';

const OUTCOMES = ['pass', 'warn', 'fail', 'unknown'] as const;

/** `unknown` counts as `fail`: what could not be read is not trusted. */
export type Outcome = (typeof OUTCOMES)[number];

/** Whatever the command was: what brings an image that the environment never held is judged by all rules on images. */
export const KINDS_OF_NEW_IMAGES = ['promotion', 'rollback-to-new'] as const satisfies readonly RuledKind[];

export type RuleContext = {
  readonly kind: RuledKind;
  /** Somebody besides the requester has to approve, and will read the findings. */
  readonly isReviewed: boolean;
  readonly policy: Policy;
  /** The repository on GitHub that promotes, `owner/name`. */
  readonly repo: string;
  /** The host of GitHub's pages, such as `github.com`, that source labels name. */
  readonly githubHost: string;
};

/** What plan rules read besides the plan. */
export type PlanContext = { readonly image: ImageRepository; readonly versionTag: Tag | null };

/** A rule's result for an image, or for one of its platforms. */
export type Verdict<Seen> = {
  readonly outcome: Outcome;
  readonly seen: Seen;
  /** Set if force can't override it. */
  readonly final?: true;
};

/** `platform` null: the whole image. */
export type Judgement<Seen> = Verdict<Seen> & { readonly platform: string | null };

const unknownSeen = z.strictObject({ code: z.literal('unknown'), reason: unknownReason });
type UnknownSeen = z.output<typeof unknownSeen>;

type Coded = z.ZodType<{ readonly code: string }>;
type Values = z.ZodType<object>;

/** The stored result of a rule: codes and values; messages/ makes the sentences. */
type FindingSchema<Id extends string, Seen extends Coded, Wanted extends Values> = ReturnType<
  typeof findingSchema<Id, Seen, Wanted>
>;
type ImageFindingSchema<Id extends string, Seen extends Coded, Wanted extends Values> = FindingSchema<
  Id,
  ReturnType<typeof orUnknown<Seen>>,
  Wanted
>;

/** A rule that reads facts of an image. */
export type ImageRule<Id extends string, Seen extends Coded, Wanted extends Values> = {
  readonly reads: 'image';
  readonly id: Id;
  readonly kinds: readonly RuledKind[];
  readonly facets: readonly FacetName[];
  /** False if the policy does not require it: then its facets need not be collected. */
  readonly isOn: (policy: Policy) => boolean;
  readonly finding: ImageFindingSchema<Id, Seen, Wanted>;
  readonly judge: (
    facts: ImageFacts,
    context: RuleContext,
  ) => readonly z.output<ImageFindingSchema<Id, Seen, Wanted>>[];
};

/** A rule that reads the tag plan. It fails or finds nothing, and force can't override it. */
export type PlanRule<Id extends string, Seen extends Coded> = {
  readonly reads: 'plan';
  readonly id: Id;
  readonly kinds: readonly RuledKind[];
  readonly finding: FindingSchema<Id, Seen, typeof NO_VALUES>;
  readonly judge: (
    plan: TagPlan,
    context: PlanContext,
  ) => readonly z.output<FindingSchema<Id, Seen, typeof NO_VALUES>>[];
};

/** For rules that want the same of every image. */
export const NO_VALUES = z.strictObject({});

/** Declares a rule that reads facts. A facet that is not known is answered here, for all rules. */
export function imageRule<
  const Id extends string,
  const Name extends FacetName,
  Seen extends Coded,
  Wanted extends Values,
>(declared: {
  readonly id: Id;
  readonly kinds: readonly RuledKind[];
  /** The facets it reads. Without one of these, its finding is unknown. */
  readonly facets: readonly Name[];
  readonly seen: Seen;
  readonly wanted: Wanted;
}): { readonly checkedBy: (checks: ImageChecks<Name, Seen, Wanted>) => ImageRule<Id, Seen, Wanted> } {
  const { id, kinds, facets } = declared;
  const finding = findingSchema({ id, seen: orUnknown(declared.seen), wanted: declared.wanted });
  return {
    checkedBy: ({ want, isOn = () => true, whenUnknown = () => 'unknown', unknownIsFinal, check }) => ({
      reads: 'image',
      id,
      kinds,
      facets,
      isOn,
      finding,
      judge: (facts, context) => {
        const judgements = isKnown(facts, facets)
          ? check(facts, context)
          : judgeUnknown(unknownReasonOf(facts, facets), whenUnknown(context.policy, facts));
        return judgements.map((judgement) => {
          const isFinal = judgement.seen.code === 'unknown' && unknownIsFinal === true;
          const about = { rule: id, image: facts.repository, wanted: want(context) };
          return finding.parse({ ...about, ...judgement, ...(isFinal ? { final: true } : {}) });
        });
      },
    }),
  };
}

type ImageChecks<Name extends FacetName, Seen extends Coded, Wanted extends Values> = {
  readonly want: (context: RuleContext) => z.output<Wanted>;
  readonly isOn?: (policy: Policy) => boolean;
  /** The outcome if a facet is unknown; null: no finding. Default: `unknown`. */
  readonly whenUnknown?: (policy: Policy, facts: ImageFacts) => 'unknown' | 'warn' | null;
  /** Set if force can't override an unknown facet. */
  readonly unknownIsFinal?: true;
  readonly check: (facts: FactsWith<Name>, context: RuleContext) => readonly Judgement<z.output<Seen> | UnknownSeen>[];
};

/** Declares a rule that judges each platform by itself. What is not known of one of them is answered here as well. */
export function platformRule<const Id extends string, Seen extends Coded, Wanted extends Values>(declared: {
  readonly id: Id;
  readonly kinds: readonly RuledKind[];
  readonly seen: Seen;
  readonly wanted: Wanted;
}): { readonly checkedBy: <T>(checks: PlatformChecks<T, Seen, Wanted>) => ImageRule<Id, Seen, Wanted> } {
  return {
    checkedBy: ({ read, check, ...checks }) =>
      imageRule({ ...declared, facets: ['contents'] }).checkedBy({
        ...checks,
        check: ({ contents }, context) =>
          contents.value.platforms.flatMap((facts): readonly Judgement<z.output<Seen> | UnknownSeen>[] => {
            const { platform } = facts;
            const fact = read(facts);
            if (fact.kind === 'unknown') {
              return [{ platform, outcome: 'unknown', seen: { code: 'unknown', reason: fact.reason } }];
            }
            const verdict = check(fact.value, context);
            return verdict === null ? [] : [{ platform, ...verdict }];
          }),
      }),
  };
}

type PlatformChecks<T, Seen extends Coded, Wanted extends Values> = Omit<
  ImageChecks<'contents', Seen, Wanted>,
  'check' | 'whenUnknown'
> & {
  /** What it is judged by. */
  readonly read: (facts: PlatformFacts) => Fact<T>;
  /** Null if there is no finding. */
  readonly check: (value: T, context: RuleContext) => Verdict<z.output<Seen>> | null;
};

/** Declares a rule that reads the plan of the tags. */
export function planRule<const Id extends string, Seen extends Coded>(declared: {
  readonly id: Id;
  readonly kinds: readonly RuledKind[];
  readonly seen: Seen;
}): { readonly checkedBy: (checks: PlanChecks<Seen>) => PlanRule<Id, Seen> } {
  const { id, kinds } = declared;
  const finding = findingSchema({ ...declared, wanted: NO_VALUES });
  const about = { rule: id, platform: null, outcome: 'fail', wanted: {}, final: true } as const;
  return {
    checkedBy: ({ check }) => ({
      reads: 'plan',
      id,
      kinds,
      finding,
      judge: (plan, context) =>
        check(plan, context).map((seen) => finding.parse({ ...about, image: context.image, seen })),
    }),
  };
}

type PlanChecks<Seen extends Coded> = {
  /** The value found, for each finding. */
  readonly check: (plan: TagPlan, context: PlanContext) => readonly z.output<Seen>[];
};

function judgeUnknown(reason: UnknownReason, outcome: 'unknown' | 'warn' | null): readonly Judgement<UnknownSeen>[] {
  return outcome === null ? [] : [{ platform: null, outcome, seen: { code: 'unknown', reason } }];
}

function orUnknown<Seen extends Coded>(seen: Seen) {
  return z.union([seen, unknownSeen]);
}

function findingSchema<Id extends string, Seen extends Coded, Wanted extends Values>({
  id,
  seen,
  wanted,
}: {
  readonly id: Id;
  readonly seen: Seen;
  readonly wanted: Wanted;
}) {
  return z.strictObject({
    rule: z.literal(id),
    image: imageRepository,
    platform: z.string().nullable(),
    outcome: z.enum(OUTCOMES),
    seen,
    wanted,
    final: z.literal(true).exactOptional(),
    /** Set if force overrode it. */
    overridden: z.literal(true).exactOptional(),
  });
}
