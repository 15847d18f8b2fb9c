// The words of every refusal: what was refused, the value that caused it, and who can do what about it.
import { isVerb, LONG_FORM, type Verb } from '../../domain/command.ts';
import type { OutsideProblem } from '../../domain/outside-problem.ts';
import type { Refusal, RefusalCode, RefusedVerb, RollbackChoice } from '../../domain/refusal.ts';
import { commitUrlPattern } from '../../domain/image/image-source.ts';
import { formatNumber } from '../../domain/promotion/promotion.ts';
import { code, escapeText } from '../escape.ts';
import { capitalise, codeList, formatTime, listWords, plural, shortDigest } from '../format.ts';
import { approveLine, rollbackLine } from '../card/next-steps.ts';
import { COMMAND_WORDS } from './command-words.ts';
import { TOKEN_FORM } from '../machine-token.ts';
import { NAMED_IMAGE_REFUSALS } from './named-images.ts';
import { invalidPolicyWords, policyProblemWords } from '../policy-problem.ts';
import { commandOf, promotionLines } from './promotion-lines.ts';
import { targetOriginWords } from '../target-origin.ts';
import { accessWords, reviewerWords } from '../card/reviews.ts';
import { STATE_CLAUSES } from '../card/state.ts';

/** Markdown: a paragraph, with a list where there is something to choose from. */
export function renderRefusal<Code extends RefusalCode>(refusal: RefusalOf<Code>): string {
  return REFUSALS[refusal.code](refusal);
}

/** False for a code of a newer version. */
export function isKnownRefusal(refusal: { readonly code: string }): refusal is Refusal {
  return Object.hasOwn(REFUSALS, refusal.code);
}

type RefusalByCode = { readonly [Each in Refusal as Each['code']]: Each };
type RefusalOf<Code extends RefusalCode> = { [Each in Code]: RefusalByCode[Each] & { readonly code: Each } }[Code];

const REFUSALS: { readonly [Code in RefusalCode]: (refusal: RefusalOf<Code>) => string } = {
  ...NAMED_IMAGE_REFUSALS,

  'owner-not-allowed': ({ owner }) =>
    `This server does not serve ${code(owner)}. Its operator can add it: ${code(`ALLOWED_OWNERS=${owner}`)} (a comma-separated list).`,

  'image-not-granted': ({ image, repo }) =>
    `${code(repo)} can't promote ${code(image)}: a repository can promote only images of its own name, and names below it. ` +
    `The operator of this server can grant it with ${code(`IMAGE_GRANTS=${image}=${repo}`, { maxLength: 600 })}.`,

  'image-granted-elsewhere': ({ image, repo, repoId }) =>
    `${code(repo)} can't promote ${code(image)}: the operator of this server granted it to another repository. ${grantText({ image, repo, repoId })}`,

  'image-of-another-repository': ({ image, repo, repoId }) =>
    `${code(repo)} can't promote ${code(image)}: another repository promoted it first. ${grantText({ image, repo, repoId })}`,

  'image-not-proven': ({ image, repo, repoId }) =>
    `${code(image)} has no ${code('source')} label that names ${code(repo)}, which its first promotion needs. Build it with that label. ${grantText({ image, repo, repoId })}`,

  'environment-unknown': ({ typed, environments }) => {
    const known =
      environments.length === 0
        ? 'The policy of this repository defines no environment.'
        : `Environments: ${codeList(environments, { max: 20 })}.`;
    if (typed !== null) return `Unknown environment ${code(typed, { maxLength: 80 })}. ${known}`;
    const [first = 'production'] = environments;
    return `Name the environment, because none is called ${code('production')}: ${code(`/promote <source> to ${first}`)}, ${code(`/rollback ${first}`)}, ${code(`/status ${first}`)}. ${known}`;
  },

  'not-permitted': ({ verb, role, wanted }) =>
    `You need ${accessWords(wanted)} to ${plainVerb(verb)} (you have ${role === 'none' ? 'none' : role}). A repository admin can grant it.`,

  'not-a-reviewer': ({ verb, users, role }) =>
    `You can't ${plainVerb(verb)}: the policy names ${reviewerWords({ users, role })}. A maintainer of the policy file can add you to ${code('approvals')}.`,

  'bot-not-permitted': ({ verb }) => `A bot can't ${plainVerb(verb)}. A person with write access can.`,

  'outside-reviewer': ({ verb }) =>
    `You can't ${plainVerb(verb)}: the policy names you, but you are neither a collaborator of this repository nor a member of its organization. A repository admin can add you.`,

  'another-account': ({ login, id }) =>
    `${code(login)} in the policy file is another account, which had this login when the policy was first used. A maintainer of the file can name your account: ${code(`${login}#${id}`)}.`,

  'acted-through-app': ({ verb, app }) =>
    `The App ${code(app)} wrote this comment with your token, and an App can't ${plainVerb(verb)} for you. Comment yourself, or list the App in the policy file: ${code(`approvals: { apps: [${app}] }`)}.`,

  'registry-user': ({ promotion }) =>
    `Your approval of ${formatNumber(promotion)} does not count: the server's ${code('GHCR_TOKEN')} is yours and can also comment. The operator can replace it with a token that has only ${code('write:packages')}: ${TOKEN_FORM}`,

  contributor: ({ promotion, commits, of }) =>
    `Your approval of ${formatNumber(promotion)} does not count: you wrote ${commits} of its ${plural(of, 'commit')}, and the policy has ${code('contributors: refuse')}. Somebody else must approve.`,

  'not-a-source': ({ typed, prefixes }) => {
    const allowed = prefixes.flatMap((prefix) => [code(prefix), code(`${prefix}-…`)]);
    const [kind, more] =
      prefixes.length > 1
        ? ['not a staging or hotfix tag', '']
        : ['not a staging tag', `, and hotfix tags with ${code('force')}`];
    return `${code(typed, { maxLength: 140 })} is ${kind}. Tags that can be promoted: ${listWords(allowed)}${more}. ${code('/promote')} alone lists the newest.`;
  },

  'environment-as-source': ({ environment, source }) =>
    `${code(environment)} is an environment. The source comes first: ${code(`/promote ${source} to ${environment}`, { maxLength: 200 })}.`,

  'environment-as-target': ({ environment, reason }) =>
    `${code(environment)} is an environment, not an image. To roll it back: ${code(`/rollback ${environment} --reason "${reason.replaceAll('"', '')}"`, { maxLength: 600 })}.`,

  'not-own-image': ({ typed, image }) =>
    `${code(typed, { maxLength: 200 })} is not the image of this repository. Its image is ${code(image)}.`,

  'not-own-commit': ({ typed, repo, githubHost }) =>
    `${code(typed, { maxLength: 200 })} is not a commit of this repository. Its commits are ${code(commitUrlPattern(githubHost, repo))}.`,

  'source-not-found': ({ image, typed, tried }) => {
    const where = tried.length === 0 ? '' : ` Tried: ${codeList(tried, { max: 10 })}.`;
    return `${code(image)} has no staging image for ${code(typed, { maxLength: 140 })}.${where} Check that the build pushed it. ${code('/promote')} alone lists the newest.`;
  },

  'no-image-name': ({ repo, registryHost }) => {
    const [owner = '', name = ''] = repo.toLowerCase().split('/');
    const line = `images: [${registryHost}/${owner}/<name>]`;
    return `${code(name)} is not a valid image name, so this repository has no default image. Name the image in ${code('.github/promotion.yml')}: ${code(line)}.`;
  },

  'digest-not-staged': ({ image, digest, prefixes }) => {
    const allowed = prefixes.flatMap((prefix) => [code(prefix), code(`${prefix}-<commit>`)]);
    return `No staging tag of ${code(image)} holds ${code(digest)}, and only staged images can be promoted. Tag it ${listWords(allowed, 'or')} first.`;
  },

  'already-requested': ({ promotion, state, environment, mayApprove, lacks }) => {
    const id = formatNumber(promotion);
    const howFar = `${code(`/status ${id}`)} shows its state.`;
    const you = mayApprove === undefined ? 'If somebody else requested it, you' : 'You';
    const join =
      mayApprove === false
        ? state === 'awaiting-approval'
          ? `Somebody else must approve it. ${howFar}`
          : howFar
        : state === 'awaiting-approval'
          ? `${you} can approve it: ${code(`/approve ${id}`)}.`
          : state === 'examining' || state === 'waiting-for-image'
            ? `${you} can approve it once it is checked: ${code(`/approve ${id}`)}.`
            : howFar;
    const later =
      lacks === undefined
        ? ''
        : ` It does not include ${code(lacks)}. Once it is promoted, the same line adds only that tag. Or cancel it (${code(`/cancel ${id}`)}) and request it again.`;
    return `${id} already requests this image for ${code(environment)}: it ${STATE_CLAUSES[state]}. ${join}${later}`;
  },

  'registry-problem': ({ problem }) =>
    `Nothing was done: the registry did not answer as needed. ${problemText(problem)}`,

  'policy-unreadable': ({ problems }) =>
    [
      `Nothing was done: ${invalidPolicyWords(problems, code)}, so nothing is promoted. A maintainer of the file can fix it:`,
      '',
      ...problems.slice(0, 20).map((problem) => `- ${escapeText(policyProblemWords(problem), { maxLength: 300 })}`),
    ].join('\n'),

  'policy-changed': ({ promotion }) =>
    `Your review of ${formatNumber(promotion)} does not count: ${code('.github/promotion.yml')} was edited after the plan was made. The image is being checked under the new policy; review it again on the card.`,

  'github-problem': ({ problem }) => `Nothing was done: GitHub did not answer as needed. ${problemText(problem)}`,

  'not-a-rollback-target': ({ environment, typed, because, choices }) => {
    const why = {
      'no-such-digest': 'the registry has no such image',
      'no-such-tag': 'there is no such tag',
      'never-there': `it never reached ${code(environment)}`,
    }[because];
    return `Can't roll back to ${code(typed, { maxLength: 140 })}: ${why}. ${choiceText(environment, choices)}`;
  },

  'nothing-to-roll-back-to': ({ environment, current, choices }) => {
    const holds =
      current === null ? 'It holds nothing' : `The current image, ${shortDigest(current)}, is its first one`;
    if (choices.length === 0) {
      return `Can't roll back ${code(environment)}: there is no earlier image. ${holds}.`;
    }
    return `Can't roll back ${code(environment)} without a target: no earlier image is proven to have been good. Name a target. ${choiceText(environment, choices)}`;
  },

  'promotion-not-found': ({ promotion }) =>
    `This repository has no promotion ${formatNumber(promotion)}. ${code('/status')} shows what is in progress.`,

  'nothing-waits-here': ({ verb, elsewhere }) => {
    const here = `Nothing to ${plainVerb(verb)}: no promotion is waiting in this thread.`;
    if (elsewhere.length === 0) return `${here} None is waiting elsewhere in this repository.`;
    return `${here} Elsewhere in this repository:\n\n${promotionLines(elsewhere, commandOf(verb))}`;
  },

  'several-wait-here': ({ verb, promotions }) =>
    `Several promotions are waiting in this thread. Choose one:\n\n${promotionLines(promotions, commandOf(verb))}`,

  'own-request': ({ promotion, isFloor }) => {
    const id = formatNumber(promotion);
    const why = isFloor === true ? ` The operator of this server requires it (${code('FORBID_SELF_APPROVAL')}).` : '';
    return `You can't approve ${id}, because you requested it. Somebody else must approve.${why} To cancel it: ${code(`/cancel ${id}`)}.`;
  },

  'already-approved': ({ promotion }) =>
    `You already approved ${formatNumber(promotion)}. Somebody else must approve too.`,

  'not-awaiting-approval': ({ promotion, state }) => {
    const id = formatNumber(promotion);
    const later =
      state === 'examining' || state === 'waiting-for-image' ? ' Try again when it is waiting for approval.' : '';
    return `${id} can't be reviewed now: it ${STATE_CLAUSES[state]}.${later}`;
  },

  'outdated-check-run': ({ promotion }) => {
    const id = formatNumber(promotion);
    return `Your click did not count: it was on an older check run of ${id}, which may show another image. Use the newest check run, or comment ${code(`/approve ${id}`)} or ${code(`/reject ${id} <reason>`)}.`;
  },

  'plan-changed': ({ promotion, plan }) => {
    const id = formatNumber(promotion);
    const line = plan === undefined ? `/approve ${id}` : approveLine(promotion, plan);
    return `Your approval of ${id} does not count: it is for an earlier plan. Check its card again. To approve the current plan: ${code(line)}.`;
  },

  'plan-unclear': ({ promotion, plan }) =>
    `Nothing was approved: this thread has several promotions. To approve ${formatNumber(promotion)}: ${code(approveLine(promotion, plan))}.`,

  'outdated-staging-check': ({ commit, tag }) => {
    const now =
      tag === null ? `see the newest check of ${code(commit.slice(0, 7))}` : `comment ${code(`/promote ${tag}`)}`;
    return `Nothing was requested: the button was on an older page of this check, which may show another image. Reload the page and click again, or ${now}.`;
  },

  'cannot-cancel': ({ promotion, state }) => {
    const id = formatNumber(promotion);
    if (state === 'applying') return `It is too late to cancel ${id}: its tags are moving.`;
    return `${id} can't be cancelled: it ${STATE_CLAUSES[state]}.`;
  },
};

/** With the id, so that the grant stays with this repository even if another one takes its name. */
function grantText(to: { readonly image: string; readonly repo: string; readonly repoId: number }): string {
  const line = code(`IMAGE_GRANTS=${to.image}=${to.repo}@${to.repoId}`, { maxLength: 600 });
  return `The operator of this server can grant it with ${line}.`;
}

function plainVerb(verb: RefusedVerb): string {
  return isVerb(verb) ? COMMAND_WORDS[verb].phrase : OTHER_PHRASES[verb];
}

/** What can be refused without being a command. */
const OTHER_PHRASES = {
  [LONG_FORM]: `use /${LONG_FORM}`,
  're-run': 'run the check again',
  'promote with force': 'promote with force',
} as const satisfies Readonly<Record<Exclude<RefusedVerb, Verb>, string>>;

/** Ready lines, newest first. */
function choiceText(environment: string, choices: readonly RollbackChoice[]): string {
  if (choices.length === 0) return 'There is no other image to choose from.';
  const lines = choices.map(({ promotion, digest, at, origin }) => {
    const line = code(rollbackLine({ environment }, promotion === null ? digest : formatNumber(promotion)));
    const since = promotion === null ? '' : `, ${formatTime(at)}`;
    const approvals = origin.kind === 'unproven' ? ' (needs approvals)' : '';
    return `- ${line}: ${shortDigest(digest)}${since}, ${targetOriginWords(origin)}${approvals}`;
  });
  return [`History of ${code(environment)}, newest first:`, '', ...lines].join('\n');
}

function problemText({ detail }: OutsideProblem): string {
  return capitalise(escapeText(detail, { maxLength: 1000 }));
}
