// The words of every refusal: what was decided, the values that decided it, and who or what can change it.
import { COMMANDS, isVerb, LONG_FORM, type Verb } from '../../domain/command.ts';
import type { OutsideProblem } from '../../domain/outside-problem.ts';
import type { PromotionLine, Refusal, RefusalCode, RefusedVerb, RollbackChoice } from '../../domain/refusal.ts';
import { formatNumber } from '../../domain/promotion/promotion.ts';
import { code, escapeText } from '../escape.ts';
import { capitalise, codeList, formatTime, listWords, plural, shortDigest } from '../format.ts';
import { approveLine, rollbackLine } from '../card/next-steps.ts';
import { COMMAND_WORDS } from './command-words.ts';
import { TOKEN_FORM } from '../machine-token.ts';
import { policyProblemWords } from '../policy-problem.ts';
import { promotionLines } from './promotion-lines.ts';
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
  'owner-not-allowed': ({ owner }) =>
    `Nothing was done: this server does not serve ${code(owner)}. Its operator can add the account to ${code(`ALLOWED_OWNERS=${owner}`)} (a list with commas).`,

  'image-not-granted': ({ image, repo }) =>
    `${code(repo)} may not promote ${code(image)}: a repository may promote only the image that has its own name, and names below it. ` +
    `Neither the policy file nor force changes that; the operator of this server can, with ${code(`IMAGE_GRANTS=${image}=${repo}`, { maxLength: 600 })} (a list with commas).`,

  'image-granted-elsewhere': ({ image, repo, repoId }) =>
    `${code(repo)} may not promote ${code(image)}: the operator of this server granted it to another repository, and so not to the one of its name. ${grantText({ image, repo, repoId })}`,

  'image-of-another-repository': ({ image, repo, repoId }) =>
    `${code(repo)} may not promote ${code(image)}: another repository promoted it first, and a repository that takes over a name gets no image by it. ${grantText({ image, repo, repoId })}`,

  'image-not-proven': ({ image, repo, repoId }) =>
    `Nobody has promoted ${code(image)} yet, and no ${code('source')} label proves that it belongs to ${code(repo)}. Build it with that label. ${grantText({ image, repo, repoId })}`,

  'environment-unknown': ({ typed, environments }) => {
    const known =
      environments.length === 0
        ? 'The policy of this repository has no environment.'
        : `There ${environments.length === 1 ? 'is' : 'are'} ${codeList(environments, { max: 20 })}.`;
    if (typed !== null) return `There is no environment ${code(typed, { maxLength: 80 })} here. ${known}`;
    const [first = 'production'] = environments;
    return `Which environment? None is called ${code('production')}, so it has to be named, such as ${code(`to ${first}`)} behind ${code('/promote')} and ${code(first)} behind ${code('/rollback')} and ${code('/status')}. ${known}`;
  },

  'not-permitted': ({ verb, role, wanted }) =>
    `To ${plainVerb(verb)} takes ${accessWords(wanted)} to this repository, and you have ${accessWords(role)}. Those who administer the repository can give it to you.`,

  'not-a-reviewer': ({ verb, users, role }) =>
    `To ${plainVerb(verb)} takes ${reviewerWords({ users, role })}: the policy file says so, in ${code('approvals')}. Who may change that file can add you.`,

  'bot-not-permitted': ({ verb }) =>
    `A bot can't ${plainVerb(verb)}: that takes a person with write access to this repository.`,

  'outside-reviewer': ({ verb }) =>
    `To ${plainVerb(verb)} takes a collaborator of this repository or a member of its organisation: the policy file names you, but everybody can read a public repository. Those who administer it can add you.`,

  'another-account': ({ login, id }) =>
    `${code(login)} in the policy file stands for the account that had this login when the policy was first used, and yours is another one. Whoever maintains the file can name you with your id: ${code(`${login}#${id}`)}.`,

  'acted-through-app': ({ verb, app }) =>
    `The App ${code(app)} wrote this comment with your token, and an App can't ${plainVerb(verb)} for a person. Comment yourself; or the policy file lists the App: ${code(`approvals: { apps: [${app}] }`)}.`,

  'registry-user': ({ promotion }) =>
    `Your approval of ${formatNumber(promotion)} does not count: the token in ${code('GHCR_TOKEN')} is yours and can also comment, so whoever has it could write approvals. Let the operator make one that can't, with just ${code('write:packages')}: ${TOKEN_FORM}`,

  contributor: ({ promotion, commits, of }) =>
    `Your approval of ${formatNumber(promotion)} does not count: you wrote ${commits} of its ${plural(of, 'commit')}, and the policy file says ${code('contributors: refuse')}. Somebody else has to approve.`,

  'not-a-source': ({ typed, prefixes }) => {
    const legal = prefixes.flatMap((prefix) => [code(prefix), code(`${prefix}-…`)]);
    const [kind, more] =
      prefixes.length > 1
        ? ['neither a staging nor a hotfix tag', '']
        : ['no staging tag', `, and hotfix tags with ${code('force')}`];
    return `${code(typed, { maxLength: 140 })} is ${kind}: only ${listWords(legal)} can be promoted by tag${more}. ${code('/promote')} alone lists the newest ones.`;
  },

  'source-not-found': ({ image, typed, tried }) => {
    const where = tried.length === 0 ? '' : ` Looked for: ${codeList(tried, { max: 10 })}.`;
    return `${code(image)} has no staging image for ${code(typed, { maxLength: 140 })}.${where} Has the build pushed it? ${code('/promote')} alone lists the newest ones.`;
  },

  'source-ambiguous': ({ typed, candidates }) => {
    const lines = candidates
      .slice(0, 10)
      .map(({ tag, digest }) => `- ${code(`/promote ${tag}`)} (${shortDigest(digest)})`);
    return [
      `${code(typed, { maxLength: 140 })} fits more than one image, so nothing was done. Say which:`,
      '',
      ...lines,
    ].join('\n');
  },

  'digest-not-staged': ({ image, digest, prefixes }) => {
    const legal = prefixes.flatMap((prefix) => [code(prefix), code(`${prefix}-<commit>`)]);
    return `No staging tag of ${code(image)} holds ${code(digest)}, and only what was staged can be promoted. A build that tags it ${listWords(legal, 'or')} makes it so.`;
  },

  'already-in-production': ({ environment, digest, tags }) =>
    `Nothing to do: ${codeList(tags, { max: 20 })} already ${tags.length === 1 ? 'holds' : 'hold'} ${shortDigest(digest)}, so this image is what ${code(environment)} has.`,

  'already-requested': ({ promotion, state, environment, mayApprove, lacks }) => {
    const id = formatNumber(promotion);
    const howFar = `${code(`/status ${id}`)} shows how far it is.`;
    const you = mayApprove === undefined ? 'If somebody else asked for it, you' : 'You';
    const join =
      mayApprove === false
        ? state === 'awaiting-approval'
          ? `Somebody else has to approve it. ${howFar}`
          : howFar
        : state === 'awaiting-approval'
          ? `${you} may approve it: ${code(`/approve ${id}`)}.`
          : state === 'examining' || state === 'waiting-for-image'
            ? `${you} may approve it once the rules are through: ${code(`/approve ${id}`)}.`
            : howFar;
    const later =
      lacks === undefined
        ? ''
        : ` It does not carry ${code(lacks)}: once it is through, the same line adds just that tag; or withdraw it with ${code(`/cancel ${id}`)} and ask again.`;
    return `${id} already asks for this image in ${code(environment)}: it ${STATE_CLAUSES[state]}. No second promotion was opened. ${join}${later}`;
  },

  'version-taken': ({ tag, holds, wanted }) =>
    `${code(tag)} already names another image: it holds ${code(holds)}, and this one is ${code(wanted)}. A version is never moved: take another version, or promote the digest that ${code(tag)} holds.`,

  'registry-problem': ({ problem }) =>
    `Nothing was done, because the registry did not tell what was needed. ${problemText(problem)}`,

  'policy-unreadable': ({ problems }) =>
    [
      `Nothing was done: ${code('.github/promotion.yml')} can't be read, and nothing is promoted under a policy that can't be read. Whoever maintains the file can mend it:`,
      '',
      ...problems.slice(0, 20).map((problem) => `- ${escapeText(policyProblemWords(problem), { maxLength: 300 })}`),
    ].join('\n'),

  'policy-changed': ({ promotion }) =>
    `This review of ${formatNumber(promotion)} does not count: ${code('.github/promotion.yml')} was edited since it was planned. It is examined again under the new policy, and its card asks again.`,

  'github-problem': ({ problem }) =>
    `Nothing was done, because GitHub did not tell what was needed. ${problemText(problem)}`,

  'not-a-rollback-target': ({ environment, typed, because, choices }) => {
    const why = {
      'no-such-digest': 'the registry has no such image',
      'no-such-tag': 'there is no such tag',
      'never-there': `no promotion of that number reached ${code(environment)}`,
    }[because];
    return `Nothing was moved: ${code(typed, { maxLength: 140 })} is not a valid rollback target: ${why}. ${choiceText(environment, choices)}`;
  },

  'nothing-to-roll-back-to': ({ environment, current, choices }) => {
    const holds =
      current === null ? 'it holds nothing' : `what it holds now, ${shortDigest(current)}, is the first image`;
    if (choices.length === 0) {
      return `Nothing was moved: there is nothing that ${code(environment)} could go back to. As far as the audit trail shows, ${holds} there.`;
    }
    return `Nothing was moved: before ${current === null ? 'now' : shortDigest(current)}, ${code(environment)} held nothing that a rollback without a target may go back to. Name the target. ${choiceText(environment, choices)}`;
  },

  'promotion-not-found': ({ promotion }) =>
    `There is no ${formatNumber(promotion)} in this repository. ${code('/status')} shows what goes on.`,

  'nothing-waits-here': ({ verb, elsewhere }) => {
    const here = `There is nothing to ${plainVerb(verb)} here: no promotion of this thread waits.`;
    if (elsewhere.length === 0) return `${here} None waits elsewhere in this repository either.`;
    return `${here} Elsewhere in this repository:\n\n${promotionLines(elsewhere, commandOf(verb))}`;
  },

  'several-wait-here': ({ verb, promotions }) =>
    `Nothing was done: several promotions of this thread wait. Say which:\n\n${promotionLines(promotions, commandOf(verb))}`,

  'own-request': ({ promotion, isFloor }) => {
    const id = formatNumber(promotion);
    const why = isFloor === true ? ` The operator of this server wants it so (${code('FORBID_SELF_APPROVAL')}).` : '';
    return `Your approval of ${id} does not count, because you asked for it: somebody else has to approve.${why} To withdraw it: ${code(`/cancel ${id}`)}.`;
  },

  'already-approved': ({ promotion }) =>
    `You have approved ${formatNumber(promotion)} already, and one person counts once. It waits for somebody else.`,

  'not-awaiting-approval': ({ promotion, state }) => {
    const id = formatNumber(promotion);
    const later =
      state === 'examining' || state === 'waiting-for-image' ? ' Try again when its card asks for approval.' : '';
    return `${id} can't be reviewed now: it ${STATE_CLAUSES[state]}.${later}`;
  },

  'outdated-check-run': ({ promotion }) => {
    const id = formatNumber(promotion);
    return `The click did not count: it was on an older check run of ${id}, which may show something else than what would be promoted. Use the newest check run, or comment ${code(`/approve ${id}`)} or ${code(`/reject ${id} <reason>`)}.`;
  },

  'plan-changed': ({ promotion, plan }) => {
    const id = formatNumber(promotion);
    const line = plan === undefined ? `/approve ${id}` : approveLine(promotion, plan);
    return `Your approval of ${id} does not count: it was given for another plan than the one that waits now. Look at its card once more, and comment ${code(line)} if it still holds.`;
  },

  'plan-unclear': ({ promotion, plan }) =>
    `Nothing was approved: this thread has asked about more than one promotion. If you mean ${formatNumber(promotion)} as its card shows it now, comment ${code(approveLine(promotion, plan))}.`,

  'outdated-staging-check': ({ commit, tag }) => {
    const now =
      tag === null ? `see the newest check of ${code(commit.slice(0, 7))}` : `comment ${code(`/promote ${tag}`)}`;
    return `Nothing was asked for: the button was on an older page of this check, which may have shown another image. Reload the page and click again, or ${now}.`;
  },

  'image-changed': ({ tag, shown, holds }) =>
    `Nothing was asked for: ${code(tag)} held ${shortDigest(shown)} when this check examined it, and now holds ${shortDigest(holds)}. **Re-run** examines the new image; ${code(`/promote ${tag}`)} asks for it.`,

  'cannot-cancel': ({ promotion, state }) => {
    const id = formatNumber(promotion);
    if (state === 'applying') return `${id} can't be cancelled any more: its tags are moving.`;
    return `${id} can't be cancelled: it ${STATE_CLAUSES[state]} already.`;
  },
};

/** With the id, so that the grant stays with this repository whoever has its name later. */
function grantText(to: { readonly image: string; readonly repo: string; readonly repoId: number }): string {
  const line = code(`IMAGE_GRANTS=${to.image}=${to.repo}@${to.repoId}`, { maxLength: 600 });
  return `The operator can grant it with ${line} (a list with commas).`;
}

function plainVerb(verb: RefusedVerb): string {
  return isVerb(verb) ? COMMAND_WORDS[verb].phrase : OTHER_PHRASES[verb];
}

/** What can be refused and is no command of its own. */
const OTHER_PHRASES = {
  [LONG_FORM]: LONG_FORM,
  're-run': 'run the check again',
  'promote with force': 'promote with force',
} as const satisfies Readonly<Record<Exclude<RefusedVerb, Verb>, string>>;

/** Ready lines, newest first. */
function choiceText(environment: string, choices: readonly RollbackChoice[]): string {
  if (choices.length === 0) return 'No promotion of ours put another image there, so there is none to choose from.';
  const lines = choices.map(({ promotion, digest, at, origin }) => {
    const line = code(rollbackLine({ environment }, promotion === null ? digest : formatNumber(promotion)));
    const since = promotion === null ? '' : `, ${formatTime(at)}`;
    const approvals = origin.kind === 'unproven' ? ' (needs approvals)' : '';
    return `- ${line}: ${shortDigest(digest)}${since}, ${targetOriginWords(origin)}${approvals}`;
  });
  return [`What ${code(environment)} held, newest first:`, '', ...lines].join('\n');
}

/** The legal form of a command that takes an id, with that of a promotion. */
function commandOf(verb: Verb): (line: PromotionLine) => string {
  return ({ number, plan }) => {
    const id = formatNumber(number);
    if (verb === 'approve' && plan !== undefined) return approveLine(number, plan);
    return COMMANDS[verb].usage.replace(/\[P12.*\]/, id);
  };
}

function problemText({ detail }: OutsideProblem): string {
  return capitalise(escapeText(detail, { maxLength: 1000 }));
}
