// `jobs …`: the jobs that were given up: what they were, letting them run again, or dropping them.
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
import { layOut } from '../render/columns.ts';
import { jsonFlag, type Argument, type CliCommand } from '../command.ts';
import { formatJson } from '../render/json.ts';

const idArgument: Argument = {
  name: '<id>',
  summary: 'the number of a dead job, as "imprimatur jobs list" prints it',
  isValid: (text) => /^[1-9]\d{0,14}$/.test(text),
};

export const jobsList: CliCommand = {
  name: 'jobs list',
  summary: 'List the dead jobs: work that was given up.',
  flags: {
    limit: { value: '<number>', summary: 'so many (default: 50)', isValid: (text) => /^[1-9]\d{0,5}$/.test(text) },
    json: jsonFlag,
  },
  example: 'imprimatur jobs list',
  run: async ({ flags, switches }, services) => {
    const { out, terminal, now } = services;
    const { db } = await services.store();
    const counts = await countJobs(db, now());
    const jobs = await listDeadJobs(db, Number(flags['limit'] ?? 50));
    if (switches.has('json')) {
      await out.write(formatJson({ counts, dead: jobs.map(jobJson) }));
      return 0;
    }
    const { queued, running, dead } = counts;
    const table = layOut(
      [['ID', 'JOB', 'TRIES', 'GIVEN UP', 'LAST ERROR'], ...jobs.map((job) => rowOf(job, now()))],
      terminal.width,
    );
    if (jobs.length > 0) await out.write(`${table.join('\n')}\n\n`);
    const more = dead > jobs.length ? ` (${jobs.length} shown, the newest)` : '';
    await out.write(`${plural(dead, 'dead job')}${more}; ${queued} queued, ${running} running.\n`);
    return 0;
  },
};

export const jobsShow: CliCommand = {
  name: 'jobs show',
  summary: 'Show a dead job whole, with what it was to do.',
  args: [idArgument],
  flags: { json: jsonFlag },
  example: 'imprimatur jobs show 17',
  run: async ({ args, switches }, services) => {
    const { out, terminal } = services;
    const id = Number(args[0]);
    const job = await findDeadJob((await services.store()).db, id);
    if (job === null) throw noSuchJob(id);
    if (switches.has('json')) {
      await out.write(formatJson({ ...jobJson(job), payload: job.payload }));
      return 0;
    }
    const { bold } = terminal.style;
    const rows = [
      ['Job', nameOf(job)],
      ['Made', formatTime(job.createdAt)],
      ['Given up', `${formatTime(job.parkedAt)}, after ${job.attempts} ${job.attempts === 1 ? 'try' : 'tries'}`],
      ['Error', plainText(job.error ?? 'none noted', { maxLength: 4000 })],
      ['Payload', plainText(job.payload, { maxLength: MAX_PAYLOAD_LENGTH })],
    ].map(([name = '', value = '']) => [bold(name), value]);
    await out.write(`${layOut(rows, terminal.width).join('\n')}\n`);
    return 0;
  },
};

export const jobsRetry: CliCommand = {
  name: 'jobs retry',
  summary: 'Let a dead job run again, its tries counted anew.',
  args: [idArgument],
  flags: {},
  example: 'imprimatur jobs retry 17',
  run: async ({ args }, services) => {
    const id = Number(args[0]);
    const store = await services.store();
    const done = await store.transaction((tx) => retryDeadJob(tx, { id, now: services.now() }));
    if (!done) throw noSuchJob(id);
    await services.out.write(`Job ${id} is queued; a running server takes it up within seconds.\n`);
    return 0;
  },
};

export const jobsDrop: CliCommand = {
  name: 'jobs drop',
  summary: 'Remove a dead job: what it was to do is never done.',
  args: [idArgument],
  flags: {},
  example: 'imprimatur jobs drop 17',
  run: async ({ args }, services) => {
    const id = Number(args[0]);
    const store = await services.store();
    if (!(await store.transaction((tx) => dropJob(tx, id)))) throw noSuchJob(id);
    await services.out.write(`Job ${id} is removed.\n`);
    return 0;
  },
};

const MAX_PAYLOAD_LENGTH = 4000;

function rowOf(job: DeadJob, now: number): readonly string[] {
  const error = plainText(job.error ?? '', { maxLength: 200 });
  return [String(job.id), nameOf(job), String(job.attempts), formatAge(job.parkedAt, now), error];
}

function nameOf({ kind, key }: DeadJob): string {
  return plainText(key === null ? kind : `${kind} ${key}`, { maxLength: 200 });
}

/** A stable shape: docs/cli.md describes it. */
function jobJson({ id, kind, key, attempts, error, createdAt, parkedAt }: DeadJob): object {
  const [made, parked] = [createdAt, parkedAt].map((at) => new Date(at).toISOString());
  return { id, kind, key, attempts, error, createdAt: made, parkedAt: parked };
}

function noSuchJob(id: number): OutsideError {
  return new OutsideError(`there is no dead job ${id}`, { code: 'no-such-job', retryable: false });
}
