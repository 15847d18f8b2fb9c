// What a run leaves behind, as somebody from outside sees it, without what differs from run to run.
import { z } from 'zod';
import { say } from '../../cli/harness.ts';
import { IMAGE } from '../image.ts';
import { COMMITS, type World } from './world.ts';

/** Lines by what they are about; two runs are compared line by line. */
export type Picture = Readonly<Record<string, readonly string[]>>;

/** Of registry and GitHub. */
export async function takePicture({ repo, issue, registryUrl, github }: World): Promise<Picture> {
  const runs = Object.values(COMMITS).flatMap((commit) => repo.checkRuns(commit));
  const comments = repo.comments(issue);
  return {
    tags: await tagsOf(registryUrl),
    'check runs': runs.map(({ id: _id, suiteId: _suite, startedAt: _started, completedAt, ...run }) =>
      plain(JSON.stringify({ ...run, completed: completedAt !== null })),
    ),
    comments: comments.flatMap(({ id, author, body }) =>
      plain([`${author}: ${body}`, `reactions: ${repo.reactions(id).join(' ')}`].join('\n')).split('\n'),
    ),
    deployments: repo.deployments().map((deployment) => {
      const { id: _id, createdAt: _created, statuses, creator, ...rest } = deployment;
      const states = statuses.map(({ state }) => state);
      return plain(JSON.stringify({ ...rest, creator: creator.login, states }));
    }),
    violations: [...github.violations],
  };
}

/** Of the database, once no server has it: the audit trail, whether it is whole, and what is not done. */
export async function readRecords({ databaseUrl }: World): Promise<Picture> {
  const env = { DATABASE_URL: databaseUrl };
  const exported = await say('audit export', { env });
  const verified = await say('audit verify', { env });
  const dead = await say('jobs list', { env });
  return {
    audit: withoutSubjects(exported.out.trimEnd().split('\n').map(withoutHashes)).map(plain),
    'audit verify': [`exit code ${verified.code}`],
    'dead jobs': dead.out.split('\n'),
  };
}

/** Sentences about what differs; none where nothing does. */
export function compare(expected: Picture, seen: Picture): readonly string[] {
  return Object.keys({ ...expected, ...seen }).flatMap((about) => {
    const [wanted, got] = [expected[about] ?? [], seen[about] ?? []];
    const missing = without(wanted, got).map((line) => `${about}: missing: ${line}`);
    const added = without(got, wanted).map((line) => `${about}: too much: ${line}`);
    const differs = missing.length + added.length > 0;
    const isReordered = !differs && wanted.join('\n') !== got.join('\n');
    return isReordered ? [`${about}: in another order:\n${got.join('\n')}`] : [...missing, ...added];
  });
}

function without(lines: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at === -1) return true;
    left.splice(at, 1);
    return false;
  });
}

const Tags = z.object({ tags: z.array(z.string()) });

async function tagsOf(registryUrl: string): Promise<readonly string[]> {
  const listed = await fetch(`${registryUrl}/v2/${IMAGE}/tags/list`);
  const { tags } = Tags.parse(await listed.json());
  const lines = tags.map(async (tag) => {
    const accept = 'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json';
    const answer = await fetch(`${registryUrl}/v2/${IMAGE}/manifests/${tag}`, { method: 'HEAD', headers: { accept } });
    return plain(`${tag} ${answer.headers.get('docker-content-digest')}`);
  });
  return (await Promise.all(lines)).toSorted();
}

const Exported = z.looseObject({ hash: z.string(), previousHash: z.string() });

function withoutHashes(line: string): string {
  const { hash: _hash, previousHash: _previous, ...rest } = Exported.parse(JSON.parse(line));
  return JSON.stringify(rest);
}

/** What was approved has the address of this run's registry in it; which reviews were for the same shows all the same. */
function withoutSubjects(lines: readonly string[]): readonly string[] {
  const seen: string[] = [];
  return lines.map((line) =>
    line.replaceAll(/(?<="subject":")[0-9a-f]{64}/g, (subject) => {
      if (!seen.includes(subject)) seen.push(subject);
      return `subject ${seen.indexOf(subject) + 1}`;
    }),
  );
}

function plain(text: string): string {
  return (
    text
      .replaceAll(/rollback-\d{8}-\d{6}/g, 'rollback-TIME')
      // A plan covers the registry's address, which is another one in each run.
      .replaceAll(/(\/approve P\d+|\b(?:approve|reject):) ?[0-9a-f]{12}\b/g, '$1 PLAN')
      .replaceAll(/\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?( UTC|Z)?/g, 'TIME')
      .replaceAll(/\bjust now\b|\b\d+ (?:minute|hour|day)s? ago\b/g, 'AGE')
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, 'ID')
      .replaceAll(/127\.0\.0\.1:\d+/g, 'HOST')
      .replaceAll(/(audit \d+·)[0-9a-f]{8}/g, '$1HASH')
      .replaceAll(/(?<![0-9a-f])\d{9,}(?![0-9a-f])/g, 'N')
  );
}
