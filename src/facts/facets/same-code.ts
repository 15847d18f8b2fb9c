// Compares the image's commit with the head of the environment's branch: the commits of its own, and the files.
import { matchesGlob } from 'node:path/posix';
import type { CodeComparison, SameCode } from '../../domain/image/same-code.ts';
import { ownCommits } from '../../domain/image/same-code.ts';
import { commitOf, known } from '../../domain/image/image-facts.ts';
import type { CommitSha } from '../../domain/image/reference.ts';
import type { InstallationClient } from '../../github/client/client.ts';
import { compareCommits, type Compared } from '../../github/compare.ts';
import { findTree, listFiles } from '../../github/trees.ts';
import { OutsideError } from '../../net/outside-error.ts';
import { facet, type FactSubject } from '../facet.ts';
import { NoAccess } from '../no-access.ts';

/** Throws a transient failure; a comparison that can't be made is a value. */
export const sameCode = facet<'sameCode', never>({
  needs: [],
  uses: ['lineage'],
  cost: 'GitHub: one request, free where nothing changed since; up to three more where the policy has a rule about it',
  collect: async ({ lineage }, { subject, sources }) => {
    const [environment, ...others] = subject.environments;
    if (environment === undefined || others.length > 0) return known({ kind: 'several-environments' });
    const { branch } = environment;
    if (lineage.kind === 'unknown' && lineage.reason.code === 'no-access') {
      return known({ kind: 'no-access', branch, detail: lineage.reason.detail });
    }
    const commit = commitOf({ lineage });
    if (commit === null) return known({ kind: 'unknown', branch, because: 'no-commit' });
    return known(await compare({ client: sources.github(), subject, branch, commit }));
  },
});

type Question = {
  readonly client: InstallationClient;
  readonly subject: Pick<FactSubject, 'repo' | 'content'>;
  readonly branch: string;
  readonly commit: CommitSha;
};

async function compare(question: Question): Promise<SameCode> {
  const { client, subject, branch, commit } = question;
  try {
    const compared = await compareCommits({ client, repo: subject.repo, base: branch, head: commit });
    if (compared.kind === 'impossible') return { kind: 'unknown', branch, because: compared.because };
    return { kind: 'compared', branch, ...(await compareFiles(question, compared)), ...ownCommits(compared.commits) };
  } catch (error) {
    if (error instanceof NoAccess) return { kind: 'no-access', branch, detail: error.detail };
    if (!(error instanceof OutsideError) || error.retryable) throw error;
    return { kind: 'unknown', branch, because: 'refused' };
  }
}

async function compareFiles(
  { client, subject, commit }: Question,
  { baseTree, headTree }: Compared,
): Promise<Pick<CodeComparison, 'files' | 'differing'>> {
  const { repo, content } = subject;
  const isJudged = content.match !== 'off';
  const head = headTree ?? (isJudged ? ((await findTree({ client, repo, ref: commit }))?.tree ?? null) : null);
  if (head === null) return { files: 'unknown', differing: [] };
  if (head === baseTree) return { files: 'same', differing: [] };
  if (!isJudged) return { files: 'differ', differing: [] };
  const [ofBranch, ofImage] = await Promise.all([baseTree, head].map((tree) => listFiles({ client, repo, tree })));
  if (ofBranch === undefined || ofImage === undefined || ofBranch === null || ofImage === null) {
    return { files: content.ignore.length === 0 ? 'differ' : 'unknown', differing: [] };
  }
  const paths = new Set([...ofBranch.keys(), ...ofImage.keys()]);
  const differing = [...paths].filter(
    (path) => ofBranch.get(path) !== ofImage.get(path) && !content.ignore.some((glob) => matchesGlob(path, glob)),
  );
  return { files: differing.length === 0 ? 'same' : 'differ', differing: differing.slice(0, MAX_PATHS) };
}

const MAX_PATHS = 5;
