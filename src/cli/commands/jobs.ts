// `jobs …`: lists, shows, retries or deletes dead jobs.
import { OutsideError } from '../../net/outside-error.ts';
import { plainText } from '../../messages/escape.ts';
import { formatAge, formatTime, plural } from '../../messages/format.ts';
import {
  countJobs,
  dropJob,
  findDeadJob,
  listDeadJobs,
  retryDeadJob,
  type DeadJob,
} from '../../store/queue/job-upkeep.ts';
import { findJobSubject, readSubject, type JobSubject } from '../database/job-subject.ts';
import { layOut } from '../render/columns.ts';
import { jsonFlag, limitFlag, type Argument, type CliCommand } from '../command.ts';
import { formatJson } from '../render/json.ts';

const DEFAULT_LIMIT = 50;

const idArgument: Argument = {
  name: '<id>',
  summary: 'the number of a dead job, as "imprimatur jobs list" prints it',
  isValid: (text) => /^[1-9]\d{0,14}$/.test(text),
};

export const jobsList: CliCommand = {
  name: 'jobs list',
  summary: 'List the dead jobs: jobs that failed and are not retried.',
  flags: {
    limit: limitFlag('how many to show', DEFAULT_LIMIT),
    json: jsonFlag,
  },
  example: 'imprimatur jobs list',
  run: async ({ flags, switches }, services) => {
    const { out, terminal, now } = services;
    const { db } = await services.store();
    const counts = await countJobs(db, now());
    const jobs: ListedJob[] = [];
    for (const job of await listDeadJobs(db, Number(flags['limit'] ?? DEFAULT_LIMIT))) {
      jobs.push({ ...job, subject: await findJobSubject(db, job) });
    }
    if (switches.has('json')) {
      await out.write(formatJson({ counts, dead: jobs.map(jobJson) }));
      return 0;
    }
    const { queued, running, dead } = counts;
    const table = layOut(
      [['ID', 'JOB', 'ABOUT', 'ATTEMPTS', 'FAILED', 'LAST ERROR'], ...jobs.map((job) => rowOf(job, now()))],
      terminal.width,
    );
    if (jobs.length > 0) await out.write(`${table.join('\n')}\n\n`);
    const more = dead > jobs.length ? ` (newest ${jobs.length} shown)` : '';
    await out.write(`${plural(dead, 'dead job')}${more}; ${queued} queued, ${running} running.\n`);
    return 0;
  },
};

export const jobsShow: CliCommand = {
  name: 'jobs show',
  summary: 'Show a dead job with its error and payload.',
  args: [idArgument],
  flags: { json: jsonFlag },
  example: 'imprimatur jobs show 17',
  run: async ({ args, switches }, services) => {
    const { out, terminal } = services;
    const id = Number(args[0]);
    const { db } = await services.store();
    const dead = await findDeadJob(db, id);
    if (dead === null) throw noSuchJob(id);
    const job = { ...dead, subject: await readSubject(db, dead.payload) };
    if (switches.has('json')) {
      await out.write(formatJson({ ...jobJson(job), payload: job.payload }));
      return 0;
    }
    const { bold } = terminal.style;
    const rows = [
      ['Job', plain(job.kind)],
      ['About', aboutOf(job)],
      ...(job.key === null ? [] : [['Key', plain(job.key)]]),
      ['Created', formatTime(job.createdAt)],
      ['Failed', `${formatTime(job.parkedAt)}, after ${plural(job.attempts, 'attempt')}`],
      ['Error', plainText(job.error ?? 'none recorded', { maxLength: 4000 })],
      ['Payload', plainText(job.payload, { maxLength: MAX_PAYLOAD_LENGTH })],
    ].map(([name = '', value = '']) => [bold(name), value]);
    await out.write(`${layOut(rows, terminal.width).join('\n')}\n`);
    return 0;
  },
};

export const jobsRetry: CliCommand = {
  name: 'jobs retry',
  summary: 'Retry a dead job. Its attempts start again at zero.',
  args: [idArgument],
  flags: {},
  example: 'imprimatur jobs retry 17',
  run: async ({ args }, services) => {
    const id = Number(args[0]);
    const store = await services.store();
    const done = await store.transaction((tx) => retryDeadJob(tx, { id, now: services.now() }));
    if (!done) throw noSuchJob(id);
    await services.out.write(`Job ${id} is queued. A running server starts it within seconds.\n`);
    return 0;
  },
};

export const jobsDrop: CliCommand = {
  name: 'jobs drop',
  summary: 'Delete a dead job. Its work is not done.',
  args: [idArgument],
  flags: {},
  example: 'imprimatur jobs drop 17',
  run: async ({ args }, services) => {
    const id = Number(args[0]);
    const store = await services.store();
    if (!(await store.transaction((tx) => dropJob(tx, id)))) throw noSuchJob(id);
    await services.out.write(`Job ${id} is deleted.\n`);
    return 0;
  },
};

const MAX_PAYLOAD_LENGTH = 4000;

type ListedJob = DeadJob & { readonly subject: JobSubject };

function rowOf(job: ListedJob, now: number): readonly string[] {
  const { id, kind, attempts, parkedAt } = job;
  const error = plain(job.error ?? 'none recorded');
  return [String(id), plain(kind), aboutOf(job), String(attempts), formatAge(parkedAt, now), error];
}

/** `acme/dotca P12`, `acme/dotca #3`, `-` */
function aboutOf({ subject: { repo, promotion, issue } }: ListedJob): string {
  const thread = issue === null || promotion !== null ? null : `#${issue}`;
  const words = [repo, promotion, thread].filter((word) => word !== null);
  return words.length === 0 ? '-' : plain(words.join(' '));
}

function plain(text: string): string {
  return plainText(text, { maxLength: 200 });
}

/** A stable shape: docs/cli.md describes it. */
function jobJson({ id, kind, key, attempts, error, createdAt, parkedAt, subject }: ListedJob): object {
  const [made, parked] = [createdAt, parkedAt].map((at) => new Date(at).toISOString());
  return { id, kind, ...subject, key, attempts, error, createdAt: made, parkedAt: parked };
}

function noSuchJob(id: number): OutsideError {
  return new OutsideError(`there is no dead job ${id}. To list them: imprimatur jobs list`, {
    code: 'no-such-job',
    retryable: false,
  });
}
