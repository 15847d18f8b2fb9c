// The check run of a staging commit: its image, the results of the checks, and how to promote it.
import { BUILD_TIME_MS } from '../../domain/image/image-wait.ts';
import {
  formatReference,
  nameOf,
  type ImageRepository,
  type RepoName,
  type Tag,
} from '../../domain/image/reference.ts';
import type { OutsideProblem } from '../../domain/outside-problem.ts';
import { isBlocking, type Finding } from '../../domain/finding.ts';
import { formatNumber } from '../../domain/promotion/promotion.ts';
import {
  stagingPlanId,
  type Ending,
  type StagingCheck,
  type StagingNote,
  type StagingState,
} from '../../domain/promotion/staging-check.ts';
import { joinBlocks } from '../blocks.ts';
import { checkRunName, MAX_OUTPUT_LENGTH } from './check-run.ts';
import { renderWithin } from '../card/detail.ts';
import { code, escapeText, link } from '../escape.ts';
import { countChecks, failedChecks, renderFindings } from '../card/findings.ts';
import { invalidPolicyWords } from '../policy-problem.ts';
import { capitalise, formatTime, listWords, plural } from '../format.ts';
import { renderRefusal } from '../replies/refusals.ts';
import { renderFactList } from '../card/fact-list.ts';

export type StagingCheckView = {
  readonly check: StagingCheck;
  readonly state: ShownState;
  readonly note: StagingNote | null;
  /** The promotion that put this image where the environment of the check has it now; null where it has another one. */
  readonly heldBy: { readonly environment: string; readonly promotion: number; readonly at: number } | null;
  readonly repo: RepoName;
  /** `https://github.com`, or the address of the GHES server; no slash at the end. */
  readonly githubUrl: string;
};

type ShownState = Exclude<StagingState, { kind: 'unseen' }>;
type Examined = Extract<StagingState, { kind: 'examined' }>;

export type RenderedStagingCheck = {
  readonly name: string;
  /** Null while it is in progress. Red is for failed rules only. */
  readonly conclusion: 'success' | 'failure' | 'neutral' | null;
  /** Plain text; the rest is Markdown. */
  readonly title: string;
  readonly summary: string;
  readonly text: string;
  readonly actions: readonly {
    readonly label: string;
    readonly description: string;
    readonly identifier: `promote:${string}`;
  }[];
};

/** The content of the check run, within GitHub's limits. */
export function renderStagingCheck(view: StagingCheckView): RenderedStagingCheck {
  const { state } = view;
  const findings = state.kind === 'examined' ? state.findings : [];
  const note = view.note === null ? '' : `> ${noteText(view.note).split('\n').join('\n> ')}`;
  return {
    name: NAME,
    conclusion: conclusionOf(view),
    title: titleOf(view),
    summary: renderWithin(MAX_OUTPUT_LENGTH, () => joinBlocks([note, bodyOf(view)])),
    text: renderWithin(MAX_OUTPUT_LENGTH, (detail) => renderFindings(findings, detail)) || NO_FINDINGS,
    actions: canPromote(view) && state.kind === 'examined' ? [promoteButton(state)] : [],
  };
}

function canPromote({ state, heldBy }: StagingCheckView): boolean {
  return heldBy === null && state.kind === 'examined' && isReady(state) && state.defaultEnvironment !== null;
}

/** A promotion that a click opened has no thread where people would look for it. */
export function noteText(note: StagingNote): string {
  const { by } = note;
  if (note.kind === 'refused') return firstLines(`${code(by)}: ${renderRefusal(note.refusal)}`);
  const { environment } = note;
  const id = formatNumber(note.number);
  return `${code(by)} requested ${id}. See the check run ${code(checkRunName({ environment, kind: 'promotion' }))} of this commit, or ${code(`/status ${id}`)}. To approve, use the buttons there, or comment ${code(`/approve ${id}`)}.`;
}

const MAX_NOTE_LENGTH = 5000;

/** Whole lines only: half a line may end inside code, and text that is harmless there is not outside. */
function firstLines(text: string): string {
  let length = 0;
  const lines = text.split('\n');
  const shown = lines.filter((line) => (length += line.length + 1) <= MAX_NOTE_LENGTH);
  return shown.length === lines.length ? text : [...shown, '…'].join('\n');
}

const NAME = 'imprimatur / staging image';
/** GitHub keeps a text until another one replaces it, so there always is one. */
const NO_FINDINGS = 'The image has not been checked yet.';

function promoteButton({ digest }: Examined): RenderedStagingCheck['actions'][number] {
  const description = 'Request a promotion of this image';
  return { label: 'Promote', description, identifier: `promote:${stagingPlanId(digest)}` };
}

function conclusionOf({ state, heldBy }: StagingCheckView): RenderedStagingCheck['conclusion'] {
  switch (state.kind) {
    case 'waiting':
      return null;
    case 'examined':
      return heldBy !== null || isReady(state) ? 'success' : 'failure';
    case 'ended':
      return 'neutral';
  }
}

/** `In production since 2026-11-24 06:33 UTC (P8)`, once it is there. */
function titleOf({ check, state, heldBy }: StagingCheckView): string {
  if (heldBy !== null) {
    return `In ${heldBy.environment} since ${formatTime(heldBy.at)} (${formatNumber(heldBy.promotion)})`;
  }
  switch (state.kind) {
    case 'waiting':
      return `Waiting for the image of ${check.commit.slice(0, 7)}`;
    case 'examined':
      return examinedTitle(state.findings);
    case 'ended':
      return state.why.cause === 'policy-unreadable'
        ? capitalise(invalidPolicyWords(state.why.problems, (name) => name))
        : ENDINGS[state.why.cause];
  }
}

const NOT_OURS = 'This repository can’t promote the image of its policy';

const ENDINGS: Readonly<Record<Exclude<Ending['cause'], 'policy-unreadable'>, string>> = {
  'no-image': 'No image was built for this commit',
  'no-access': 'The registry denies access to the image',
  unreadable: 'The image could not be checked',
  'policy-without-image': 'The policy names no image',
  'not-granted': NOT_OURS,
  'image-granted-elsewhere': NOT_OURS,
  'image-of-another-repository': NOT_OURS,
};

function examinedTitle(findings: readonly Finding[]): string {
  return findings.some(isBlocking) ? failedChecks(findings) : readyTitle(findings);
}

/** `Ready to promote, 1 warning`. */
function readyTitle(findings: readonly Finding[]): string {
  const { warned } = countChecks(findings);
  return `Ready to promote${warned === 0 ? '' : `, ${plural(warned, 'warning')}`}`;
}

function isReady({ findings }: Examined): boolean {
  return !findings.some(isBlocking);
}

function bodyOf(view: StagingCheckView): string {
  const { check, state } = view;
  switch (state.kind) {
    case 'waiting':
      return `The build of ${code(check.commit.slice(0, 7))} has not pushed ${namesOf(state)} yet. Imprimatur waits for it until ${formatTime(check.since + BUILD_TIME_MS)}.`;
    case 'examined':
      if (view.heldBy !== null) return factsOf(view, state);
      return joinBlocks([factsOf(view, state), isReady(state) ? howToPromote(state) : HOW_TO_FIX]);
    case 'ended':
      return endingText(view, state.why);
  }
}

function factsOf({ check, repo, githubUrl }: StagingCheckView, { image, tag, digest, platforms }: Examined): string {
  return renderFactList([
    ['Image', code(nameOf(image))],
    ['Tag', code(tag)],
    ['Digest', code(digest)],
    ['Platforms', escapeText(platforms.join(', '), { maxLength: 500 })],
    ['Commit', link(code(check.commit.slice(0, 7)), `${githubUrl}/${repo}/commit/${check.commit}`)],
  ]);
}

function howToPromote({ tag, environments, defaultEnvironment }: Examined): string {
  const named = defaultEnvironment === null ? environments.slice(0, 20) : [defaultEnvironment];
  const lines = named.map((name) => `/promote ${tag}${name === 'production' ? '' : ` to ${name}`}`);
  const button = defaultEnvironment === null ? '' : ', or click **Promote** (you become the requester)';
  return [`To promote this image, comment on any issue or pull request${button}:`, '', '```text', ...lines, '```'].join(
    '\n',
  );
}

const HOW_TO_FIX =
  'This image can’t be promoted. Fix what failed and build again. If the same image would pass now, **Re-run** this check.';

function endingText({ check, repo }: StagingCheckView, why: Ending): string {
  switch (why.cause) {
    case 'no-image':
      return `${namesOf(why)} was not pushed within 30 minutes. If the build of ${code(check.commit.slice(0, 7))} takes longer, **Re-run** waits again for as long.`;
    case 'no-access':
      return `${sentence(why.problem)}\n\nOnce that is fixed, **Re-run** this check.`;
    case 'unreadable':
      return `${sentence(why.problem)}\n\nTo try again, **Re-run** this check.`;
    case 'policy-without-image':
      return 'Add the image to `images` in the policy file, then **Re-run** this check.';
    case 'policy-unreadable':
      return renderRefusal({ code: 'policy-unreadable', problems: why.problems });
    case 'not-granted':
      return renderRefusal({ code: 'image-not-granted', image: why.image, repo });
    case 'image-granted-elsewhere':
    case 'image-of-another-repository':
      return renderRefusal({ code: why.cause, image: why.image, repo, repoId: why.repoId });
  }
}

/** One of them is enough. */
function namesOf({ image, tags }: { readonly image: ImageRepository; readonly tags: readonly Tag[] }): string {
  return listWords(
    tags.map((tag) => code(formatReference(image, tag))),
    'or',
  );
}

function sentence({ detail }: OutsideProblem): string {
  return capitalise(escapeText(detail, { maxLength: 1000 }));
}
