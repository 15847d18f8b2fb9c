// `audit verify`: checks that each audit trail is as it was written, and names the first row that is not.
import { formatHead } from '../../../domain/audit/audit.ts';
import { compareAnchors, findHashStart, type AnchorComparison } from '../../../engine/audit/compare-anchors.ts';
import { listInstalledRepos } from '../../../github/app/installed-repos.ts';
import type { GitHub } from '../../../github/client/client.ts';
import type { PrintedHead } from '../../../messages/log/audit-line.ts';
import { plural } from '../../../messages/format.ts';
import { verifyAudit, type AuditProblem, type AuditVerification } from '../../../store/audit.ts';
import { findRepo } from '../../../store/repos.ts';
import type { Store } from '../../../store/database/database.ts';
import { listAuditedRepos, repoFlag, type AuditedRepo } from '../../database/audited-repos.ts';
import { jsonFlag, UsageError, type CliCommand } from '../../command.ts';
import { formatJson } from '../../render/json.ts';
import type { CliServices } from '../../services.ts';

export const auditVerify: CliCommand = {
  name: 'audit verify',
  summary: 'Check that no row of the audit trail was changed, removed or reordered.',
  flags: {
    repo: repoFlag,
    anchors: { value: null, summary: 'compare with the heads printed in cards and check runs on GitHub' },
    head: {
      value: '<seq:hash>',
      summary: 'compare with a head that you noted, such as 123:ab12cd34',
      form: '<seq:hash>, such as 123:ab12cd34',
      isValid: (text) => readHead(text) !== null,
    },
    json: jsonFlag,
  },
  example: 'imprimatur audit verify --repo acme/dotca --head 123:ab12cd34',
  run: async ({ flags, switches }, services) => {
    const { out, terminal } = services;
    const github = switches.has('anchors') ? await needGitHub(services) : null;
    const store = await services.store();
    const repos = await listRepos(store, { named: flags['repo'], github });
    const head = flags['head'] === undefined ? null : readHead(flags['head']);
    if (head !== null && repos.length !== 1) {
      throw new UsageError(`--head needs one repository, and there are ${repos.length}; choose one with --repo`);
    }
    const checked: Checked[] = [];
    for (const repo of repos) {
      terminal.progress(`Reading ${repo.name} …`);
      checked.push(await check(services, { repo, store, head, github }));
    }
    terminal.progress(null);
    const intact = checked.every(isIntact);
    if (switches.has('json')) {
      await out.write(formatJson({ intact, repos: checked.map((one) => ({ intact: isIntact(one), ...one })) }));
    } else {
      if (repos.length === 0) await out.write('The audit trail is empty.\n');
      await out.write(checked.map(renderChecked).join(''));
    }
    return intact ? 0 : 1;
  },
};

/** With anchors, the App's installed repositories count too: a whole trail may have been deleted. */
async function listRepos(
  store: Store,
  { named, github }: { readonly named: string | undefined; readonly github: GitHub | null },
): Promise<readonly AuditedRepo[]> {
  const audited = await listAuditedRepos(store, named);
  if (github === null || named !== undefined) return audited;
  const known = new Set(audited.map(({ id }) => id));
  const installed = (await listInstalledRepos(github)).filter(({ id }) => !known.has(id));
  return [...audited, ...installed.map((repo) => ({ id: repo.id, name: repo.name, installed: repo }))];
}

type Checked = {
  readonly repo: string;
  readonly repoId: number;
  readonly verification: AuditVerification;
  /** The head of `--head`, and what the row's hash begins with. */
  readonly noted: { readonly head: PrintedHead; readonly found: string | null } | null;
  readonly anchors: AnchorComparison | null;
};

type Question = {
  readonly repo: AuditedRepo;
  readonly store: Store;
  readonly head: PrintedHead | null;
  readonly github: GitHub | null;
};

async function check({ sha256, terminal }: CliServices, { repo, store, head, github }: Question): Promise<Checked> {
  const { db } = store;
  const { id: repoId, name } = repo;
  const verification = await verifyAudit(db, { repoId, sha256 });
  const noted = head === null ? null : { head, found: await findHashStart(db, { repoId, head }) };
  const known = github === null ? null : ((await findRepo(db, repoId)) ?? repo.installed ?? null);
  const anchors =
    github === null || known === null
      ? null
      : await compareAnchors({ db, github }, known, (summary) => terminal.progress(`Reading ${summary} of ${name} …`));
  return { repo: name, repoId, verification, noted, anchors };
}

function isIntact({ verification, noted, anchors }: Checked): boolean {
  return (
    verification.problem === null &&
    (noted === null || noted.found === noted.head.hashStart) &&
    (anchors === null || anchors.problems.length === 0)
  );
}

function renderChecked({ repo, verification, noted, anchors }: Checked): string {
  return [
    renderVerification(verification),
    ...(noted === null ? [] : [headLine(noted.head, noted.found)]),
    ...(anchors === null ? [] : anchorLines(anchors)),
  ]
    .map((line) => `${repo}: ${line}\n`)
    .join('');
}

const PROBLEMS: Readonly<Record<AuditProblem['problem'], string>> = {
  missing: 'is missing',
  reordered: 'is out of order',
  changed: 'was changed',
  'wrong-repository': 'belongs to another repository',
  'beyond-head': 'comes after the recorded head',
  'no-trail': 'is missing, with the whole audit trail of its promotions',
  unapproved: 'moves tags without the required approvals',
  unplanned: 'records a promotion whose tags were never planned to move',
  ended: 'moves tags of a promotion that had ended',
  unrequested: 'belongs to a promotion that nobody requested, or requests one twice',
};

function renderVerification({ rows, head, problem }: AuditVerification): string {
  const count = plural(rows, 'row');
  if (problem !== null)
    return `row ${problem.seq} ${PROBLEMS[problem.problem]} (${count} read; only the first problem is shown)`;
  return head === null ? `${count}, intact` : `${count}, head ${formatHead(head)}, intact`;
}

function anchorLines({ heads, newest, problems, all }: AnchorComparison): readonly string[] {
  const left = all ? '' : ' (older comments were not checked)';
  if (problems.length > 0) return problems.map(({ head, found, url }) => `${headLine(head, found)}: ${url}`);
  if (newest === null) return [`no head found on GitHub${left}`];
  return [
    `${plural(heads, 'head')} on GitHub, up to ${printed(newest)}, ${heads === 1 ? 'matches' : 'all match'}${left}`,
  ];
}

function headLine(head: PrintedHead, found: string | null): string {
  if (found === null) return `there is no row ${head.seq} for head ${printed(head)}`;
  if (found === head.hashStart) return `head ${printed(head)} matches row ${head.seq}`;
  return `row ${head.seq} does not match head ${printed(head)}: its hash begins with ${found}`;
}

function printed({ seq, hashStart }: PrintedHead): string {
  return `${seq}·${hashStart}`;
}

/** `123:ab12cd34`, or as it is printed; 8 to 64 digits. */
function readHead(text: string): PrintedHead | null {
  const [, seq, hashStart] = /^([1-9]\d{0,14})[:·]([0-9a-f]{8,64})$/i.exec(text) ?? [];
  return seq === undefined || hashStart === undefined ? null : { seq: Number(seq), hashStart: hashStart.toLowerCase() };
}

async function needGitHub(services: CliServices): Promise<GitHub> {
  const access = await services.github();
  if (access.kind === 'app') return access.github;
  throw new UsageError(`--anchors reads GitHub as the App, but ${access.why}`);
}
