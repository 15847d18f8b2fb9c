// The check run of a staging commit: whether its image is there, what the rules say of it, and how to promote it.
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
import { renderFindings } from '../card/findings.ts';
import { capitalise, formatTime, listWords, plural } from '../format.ts';
import { renderRefusal } from '../replies/refusals.ts';
import { renderTable } from '../table.ts';

export type StagingCheckView = {
  readonly check: StagingCheck;
  readonly state: ShownState;
  readonly note: StagingNote | null;
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

/** All that it shows, within GitHub's limits. */
export function renderStagingCheck(view: StagingCheckView): RenderedStagingCheck {
  const { state } = view;
  const findings = state.kind === 'examined' ? state.findings : [];
  const note = view.note === null ? '' : `> ${noteText(view.note).split('\n').join('\n> ')}`;
  return {
    name: NAME,
    conclusion: conclusionOf(state),
    title: titleOf(view),
    summary: renderWithin(MAX_OUTPUT_LENGTH, () => joinBlocks([note, bodyOf(view)])),
    text: renderWithin(MAX_OUTPUT_LENGTH, (detail) => renderFindings(findings, detail)) || NO_FINDINGS,
    actions:
      state.kind === 'examined' && isReady(state) && state.defaultEnvironment !== null ? [promoteButton(state)] : [],
  };
}

/** A promotion that a click opened has no thread of its own where people would look for it. */
export function noteText(note: StagingNote): string {
  const { by } = note;
  if (note.kind === 'refused') return firstLines(`${code(by)}: ${renderRefusal(note.refusal)}`);
  const { environment } = note;
  const id = formatNumber(note.number);
  return `${code(by)} asked for it: ${id}. The check run ${code(checkRunName({ environment, kind: 'promotion' }))} of this commit shows how far it is, as does ${code(`/status ${id}`)}; to approve it, use the buttons there or comment ${code(`/approve ${id}`)}.`;
}

const MAX_NOTE_LENGTH = 5000;

/** Whole lines only: half a line may end inside of code, and what was harmless there is not outside. */
function firstLines(text: string): string {
  let length = 0;
  const lines = text.split('\n');
  const shown = lines.filter((line) => (length += line.length + 1) <= MAX_NOTE_LENGTH);
  return shown.length === lines.length ? text : [...shown, '…'].join('\n');
}

const NAME = 'imprimatur / staging image';
/** A text once sent stays until another one replaces it, so there always is one. */
const NO_FINDINGS = 'Nothing has been examined yet.';

function promoteButton({ digest }: Examined): RenderedStagingCheck['actions'][number] {
  const description = 'Ask for a promotion of this image';
  return { label: 'Promote', description, identifier: `promote:${stagingPlanId(digest)}` };
}

function conclusionOf(state: ShownState): RenderedStagingCheck['conclusion'] {
  switch (state.kind) {
    case 'waiting':
      return null;
    case 'examined':
      return isReady(state) ? 'success' : 'failure';
    case 'ended':
      return 'neutral';
  }
}

function titleOf({ check, state }: StagingCheckView): string {
  switch (state.kind) {
    case 'waiting':
      return `Waits for the image of ${check.commit.slice(0, 7)}`;
    case 'examined':
      return examinedTitle(state.findings);
    case 'ended':
      return ENDINGS[state.why.cause];
  }
}

const NOT_OURS = 'This repository may not promote the image of its policy';

const ENDINGS: Readonly<Record<Ending['cause'], string>> = {
  'no-image': 'No image was built for this commit',
  'no-access': 'The registry does not let Imprimatur see the image',
  unreadable: 'The image could not be examined',
  'policy-without-image': 'The image could not be examined',
  'policy-unreadable': 'The policy file can’t be read',
  'not-granted': NOT_OURS,
  'image-granted-elsewhere': NOT_OURS,
  'image-of-another-repository': NOT_OURS,
};

function examinedTitle(findings: readonly Finding[]): string {
  const failed = rulesOf(findings.filter(isBlocking));
  if (failed > 0) return `${plural(failed, 'rule')} ${failed === 1 ? 'fails' : 'fail'}`;
  const warned = rulesOf(findings.filter(({ outcome }) => outcome === 'warn'));
  return `Ready to be promoted${warned === 0 ? '' : `, ${plural(warned, 'rule')} ${warned === 1 ? 'warns' : 'warn'}`}`;
}

function rulesOf(findings: readonly Finding[]): number {
  return new Set(findings.map(({ rule }) => rule)).size;
}

function isReady({ findings }: Examined): boolean {
  return !findings.some(isBlocking);
}

function bodyOf(view: StagingCheckView): string {
  const { check, state } = view;
  switch (state.kind) {
    case 'waiting':
      return `The build of ${code(check.commit.slice(0, 7))} has not pushed ${namesOf(state)} yet. It is looked for until ${formatTime(check.since + BUILD_TIME_MS)}.`;
    case 'examined':
      return joinBlocks([factsOf(view, state), isReady(state) ? howToPromote(state) : HOW_TO_MEND]);
    case 'ended':
      return endingText(view, state.why);
  }
}

function factsOf({ check, repo, githubUrl }: StagingCheckView, { image, tag, digest, platforms }: Examined): string {
  return renderTable(
    ['Image', code(nameOf(image))],
    [
      ['Tag', code(tag)],
      ['Digest', code(digest)],
      ['Platforms', escapeText(platforms.join(', '), { maxLength: 500 })],
      ['Commit', link(code(check.commit.slice(0, 7)), `${githubUrl}/${repo}/commit/${check.commit}`)],
    ],
  );
}

function howToPromote({ tag, environments, defaultEnvironment }: Examined): string {
  const named = defaultEnvironment === null ? environments.slice(0, 20) : [defaultEnvironment];
  const lines = named.map((name) => `/promote ${tag}${name === 'production' ? '' : ` to ${name}`}`);
  const button = defaultEnvironment === null ? '' : ', or click **Promote**, which asks in your name';
  return [`To promote it, comment on any issue or pull request${button}:`, '', '```text', ...lines, '```'].join('\n');
}

const HOW_TO_MEND =
  'A promotion of this image would be refused. Mend what failed and build again; if the same image would pass now, **Re-run** looks at it again.';

function endingText({ check, repo }: StagingCheckView, why: Ending): string {
  switch (why.cause) {
    case 'no-image':
      return `Within 30 minutes nobody pushed ${namesOf(why)}. If the build of ${code(check.commit.slice(0, 7))} takes longer, **Re-run** looks again, for as long.`;
    case 'no-access':
      return `${sentence(why.problem)}\n\nOnce that is mended, **Re-run** looks again.`;
    case 'unreadable':
      return `${sentence(why.problem)}\n\n**Re-run** looks again.`;
    case 'policy-without-image':
      return 'The policy names no image.\n\n**Re-run** looks again.';
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
