// `audit verify`: is each repository's audit trail as it was written? Names the first row that is not.
import { formatHead } from '../domain/audit.ts';
import { verifyAudit, type AuditProblem, type AuditVerification } from '../store/audit.ts';
import { listAuditedRepos, repoFlag } from './audited-repos.ts';
import type { CliCommand } from './command.ts';

export const auditVerify: CliCommand = {
  name: 'audit verify',
  says: 'Check that no row of the audit trail was changed, removed or reordered.',
  flags: { repo: repoFlag },
  example: 'imprimatur audit verify --repo acme/dotca',
  run: async ({ flags }, { store: openStore, sha256, out }) => {
    const store = await openStore();
    const repos = await listAuditedRepos(store, flags['repo']);
    if (repos.length === 0) await out.write('The audit trail is empty.\n');
    let intact = true;
    for (const { id, name } of repos) {
      const verification = await verifyAudit(store.db, { repoId: id, sha256 });
      intact &&= verification.problem === null;
      await out.write(`${name}: ${renderVerification(verification)}\n`);
    }
    return intact ? 0 : 1;
  },
};

const PROBLEMS: Readonly<Record<AuditProblem['problem'], string>> = {
  missing: 'is missing',
  reordered: 'is out of order',
  changed: 'was changed',
  'wrong-repository': 'belongs to another repository',
  'beyond-head': 'lies beyond the recorded head',
};

function renderVerification({ rows, head, problem }: AuditVerification): string {
  const count = `${rows} ${rows === 1 ? 'row' : 'rows'}`;
  if (problem !== null)
    return `row ${problem.seq} ${PROBLEMS[problem.problem]} (${count} read; the first problem is named)`;
  return head === null ? `${count}, intact` : `${count}, head ${formatHead(head)}, intact`;
}
