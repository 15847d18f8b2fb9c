// Calls of what the files directly in src/store export: repositories, their audit trail, policies, threads, checks, drifts.
import { appendAudit, findAuditHead, listAudit, listAuditedRepoIds, verifyAudit } from '../../../src/store/audit.ts';
import {
  countDrifts,
  findDrift,
  listDriftsSince,
  listOpenDrifts,
  listUnwatchedEnvironments,
  writeDrift,
} from '../../../src/store/drifts.ts';
import { findImageOwner, saveImageOwner } from '../../../src/store/image-owners.ts';
import { listEnvironmentTags, saveEnvironmentTags } from '../../../src/store/environment-tags.ts';
import { findPins, inheritPins, listPins, savePin, savePinHolder } from '../../../src/store/pins.ts';
import {
  findLongThread,
  listContinuations,
  listContinued,
  saveCommentCount,
  writeLongThread,
} from '../../../src/store/long-threads.ts';
import { findLatestPolicyChange, findPolicyChange, savePolicyChange } from '../../../src/store/policy-changes.ts';
import { findPolicyFile, savePolicyFile } from '../../../src/store/policies.ts';
import {
  findHereSince,
  findLeftAt,
  findRepo,
  listPromotingRepos,
  listReposOfInstallation,
  lockRepo,
  markLeft,
  peekPromotionNumber,
  saveRepo,
  takePromotionNumber,
} from '../../../src/store/repos.ts';
import { listRepoNames, saveFormerName, saveRepoName } from '../../../src/store/repo-names.ts';
import {
  changeStagingCheck,
  deleteStagingChecksBefore,
  findStagingCheck,
  listUnsettledStagingChecks,
  openStagingCheck,
} from '../../../src/store/staging-checks.ts';
import {
  countStrangerCommands,
  deleteKnownRightsBefore,
  deleteStrangerCommandsBefore,
  findRightsConfirmedAt,
  forgetKnownRights,
  saveKnownRights,
} from '../../../src/store/people.ts';
import {
  deleteHandledCommentsBefore,
  dropWaitingComments,
  findThread,
  listKnownComments,
  listWaitingComments,
  markCommentsHandled,
  saveComment,
  saveThread,
} from '../../../src/store/threads.ts';
import { image, NOW, repo, sha256 } from '../fixtures.ts';
import { deleteSetupToken, findSetupToken, saveSetupToken } from '../../../src/store/setup-tokens.ts';
import type { Calls } from './calls.ts';
import { GIVEN } from './fill.ts';

const { repoId, environment, promotionId, issue, commit, installationId } = GIVEN;
const ENTRY = { kind: 'reviewed', at: NOW, promotion: 1, actor: null, details: {} };
const DRIFT_STATE = { differences: [], alternative: null, over: null };

const PERSON = { repoId, personId: 41, now: NOW };

const PIN = { owner: 'acme', kind: 'user', name: 'ada', id: 1, now: NOW } as const;
const CHANGE = { blob: 'b'.repeat(40), by: { id: 1, login: 'ada' }, source: 'push', at: NOW } as const;

export const CALLS_OF_REPOS: Calls = {
  listEnvironmentTags: ({ tx }) => listEnvironmentTags(tx, repoId),
  saveEnvironmentTags: ({ tx }) => saveEnvironmentTags(tx, { repoId, environment, tags: ['main'] }),
  findPins: ({ tx }) => findPins(tx, { ...PIN, names: ['ada', 'bob'] }),
  listPins: ({ tx }) => listPins(tx, { ...PIN, names: ['ada', 'bob'] }),
  inheritPins: ({ tx }) => inheritPins(tx, { ...PIN, repoId, owner: 'globex', names: ['ada', 'bob'] }),
  savePin: ({ tx }) => savePin(tx, PIN),
  savePinHolder: ({ tx }) => savePinHolder(tx, { ...PIN, holder: 2 }),
  findPolicyChange: ({ tx }) => findPolicyChange(tx, repoId, CHANGE.blob),
  findLatestPolicyChange: ({ tx }) => findLatestPolicyChange(tx, repoId, CHANGE.blob),
  savePolicyChange: ({ tx }) => savePolicyChange(tx, repoId, CHANGE),
  saveRepo: ({ tx }) => saveRepo(tx, { ...repo, id: repoId }, NOW),
  findLeftAt: ({ tx }) => findLeftAt(tx, repoId),
  findHereSince: ({ tx }) => findHereSince(tx, repoId),
  markLeft: ({ tx }) => markLeft(tx, repoId, NOW),
  listReposOfInstallation: ({ tx }) => listReposOfInstallation(tx, installationId),
  listPromotingRepos: ({ tx }) => listPromotingRepos(tx),
  findRepo: ({ tx }) => findRepo(tx, repoId),
  lockRepo: ({ tx }) => lockRepo(tx, repoId),
  peekPromotionNumber: ({ tx }) => peekPromotionNumber(tx, repoId),
  findImageOwner: ({ tx }) => findImageOwner(tx, image),
  saveImageOwner: ({ tx }) => saveImageOwner(tx, { image, repoId, now: NOW }),
  saveRepoName: ({ tx }) => saveRepoName(tx, { repoId, name: repo.name, now: NOW }),
  saveFormerName: ({ tx }) => saveFormerName(tx, { repoId, name: repo.name }),
  listRepoNames: ({ tx }) => listRepoNames(tx, repoId),
  takePromotionNumber: ({ tx }) => takePromotionNumber(tx, repoId),

  appendAudit: ({ tx }) => appendAudit(tx, { repoId: repo.id, entries: [ENTRY], sha256 }),
  findAuditHead: ({ tx }) => findAuditHead(tx, repoId),
  listAuditedRepoIds: ({ tx }) => listAuditedRepoIds(tx),
  listAudit: ({ tx }) => listAudit(tx, { repoId, afterSeq: 100, limit: 100 }),
  verifyAudit: async ({ tx }) => {
    await verifyAudit(tx, { repoId, sha256 });
    await verifyAudit(tx, { repoId: 0, sha256 });
  },

  savePolicyFile: ({ tx }) => savePolicyFile(tx, { blob: 'blob 7', text: '{}' }, NOW),
  findPolicyFile: ({ tx }) => findPolicyFile(tx, 'blob 7'),

  saveCommentCount: async ({ tx }) => {
    await saveCommentCount(tx, { repoId, issue }, 2000);
    await saveCommentCount(tx, { repoId, issue }, 1);
  },
  writeLongThread: ({ tx }) => writeLongThread(tx, repoId, { kind: 'continued', issue, continuedIn: 1_000_000 }),
  findLongThread: ({ tx }) => findLongThread(tx, { repoId, issue }),
  listContinuations: ({ tx }) => listContinuations(tx, { repoId, issue }),
  listContinued: ({ tx }) => listContinued(tx, { repoId, issue }),
  saveThread: ({ tx }) => saveThread(tx, { repoId, issue }, { readUpTo: 1, readSince: NOW, taking: null }),
  findThread: ({ tx }) => findThread(tx, { repoId, issue }),
  saveComment: ({ tx }) =>
    saveComment(tx, { repoId, issue }, { id: 1_000_000, document: '{}', receivedAt: NOW, origin: null }),
  listWaitingComments: ({ tx }) => listWaitingComments(tx, { repoId, issue }),
  listKnownComments: ({ tx }) => listKnownComments(tx, { repoId, ids: [41, 1_000_000] }),
  markCommentsHandled: ({ tx }) => markCommentsHandled(tx, { repoId, ids: [41, 1_000_000], now: NOW }),
  dropWaitingComments: ({ tx }) => dropWaitingComments(tx, repoId),
  deleteHandledCommentsBefore: ({ tx }) => deleteHandledCommentsBefore(tx, NOW - 14_900),

  openStagingCheck: ({ tx }) => openStagingCheck(tx, { repoId, commit, now: NOW }),
  changeStagingCheck: ({ tx }) =>
    changeStagingCheck(tx, { repoId, commit, state: { kind: 'unseen' }, checkRunId: 7, note: 'a note', ifSince: NOW }),
  findStagingCheck: ({ tx }) => findStagingCheck(tx, { repoId, commit }),
  listUnsettledStagingChecks: ({ tx }) => listUnsettledStagingChecks(tx),
  deleteStagingChecksBefore: ({ tx }) => deleteStagingChecksBefore(tx, NOW - 9_900_000),

  saveSetupToken: ({ tx }) => saveSetupToken(tx, { hash: 'one', expiresAt: NOW }),
  findSetupToken: ({ tx }) => findSetupToken(tx),
  deleteSetupToken: ({ tx }) => deleteSetupToken(tx, 'one'),
  saveKnownRights: ({ tx }) => saveKnownRights(tx, PERSON),
  forgetKnownRights: ({ tx }) => forgetKnownRights(tx, PERSON),
  findRightsConfirmedAt: ({ tx }) => findRightsConfirmedAt(tx, PERSON),
  countStrangerCommands: ({ tx }) => countStrangerCommands(tx, { ...PERSON, commentId: 7, commands: 1 }),
  deleteKnownRightsBefore: ({ tx }) => deleteKnownRightsBefore(tx, NOW - 7_900_000),
  deleteStrangerCommandsBefore: ({ tx }) => deleteStrangerCommandsBefore(tx, NOW - 7_900_000),

  writeDrift: async ({ tx }) => {
    const drift = { id: 'new', repoId, environment, promotionId, noticedAt: NOW, shownIn: null, ...DRIFT_STATE };
    await writeDrift(tx, { kind: 'open', ...drift });
    await writeDrift(tx, { kind: 'seen', id: 'new', ...DRIFT_STATE });
    await writeDrift(tx, { kind: 'shown', id: 'new', issue: 1, commentId: 2 });
  },
  findDrift: ({ tx }) => findDrift(tx, 'd401'),
  listOpenDrifts: async ({ tx }) => {
    await listOpenDrifts(tx);
    await listOpenDrifts(tx, { repoId, environment });
  },
  listDriftsSince: ({ tx }) => listDriftsSince(tx, { repoId, since: NOW - 100_000 }),
  countDrifts: ({ tx }) => countDrifts(tx),
  listUnwatchedEnvironments: ({ tx }) => listUnwatchedEnvironments(tx, 'check-drift'),
};
