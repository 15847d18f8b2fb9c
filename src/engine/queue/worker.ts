// Claims due jobs, several at once: it polls the table when a job ends, when it is woken, and when the next job falls due.
import { clockSetback, findClockSetback, rescheduleAfterClockChange } from '../../store/queue/clock.ts';
import { claimJob, nextRunAt, type JobRow } from '../../store/queue/jobs.ts';
import { handBackJob } from '../../store/queue/leases.ts';
import type { JobKinds } from '../core/handler.ts';
import { isKnownKind, listKinds } from '../core/job-description.ts';
import { LEASE_MS, LONGEST_LEASE_MS, renew, RENEW_EVERY_MS } from '../core/lease.ts';
import { runJob } from './run-job.ts';
import type { Services } from '../core/services.ts';

const SLOTS = 8;
/** A registry that does not answer holds a job for minutes. It must not hold the jobs that receive and answer. */
const SLOTS_FOR_REGISTRIES = 6;
/** Only polling finds the jobs of other processes. */
const POLL_EVERY_MS = 1000;

export class Worker {
  readonly #services: Services;
  readonly #kinds: JobKinds;
  readonly #after: () => Promise<void>;
  readonly #running = new Map<Promise<void>, JobRow>();
  /** All kinds of this version. Kinds of a newer version are left to its processes. */
  readonly #known: readonly string[];
  /** The kinds that do not wait for registries. */
  readonly #others: readonly string[];
  #started = false;
  #polling = false;
  #latestPoll: Promise<void> = Promise.resolve();
  #pollAgain = false;
  #timer: NodeJS.Timeout | null = null;
  /** The time of the last claim. */
  #lastClaimAt: number | null = null;

  /** Each claim first waits for `after`. */
  constructor(services: Services, kinds: JobKinds, after: () => Promise<void> = async () => {}) {
    this.#services = services;
    this.#kinds = kinds;
    this.#after = after;
    this.#known = listKinds(kinds);
    this.#others = this.#known.filter((kind) => !this.#asksRegistry(kind));
  }

  start(): void {
    this.#started = true;
    this.#poll();
  }

  /** Jobs were added: poll at once. */
  wake(): void {
    this.#poll();
  }

  /** Runs every due job, and those that they lead to, until none is due; for tests, instead of `start`. */
  async drain(): Promise<void> {
    for (;;) {
      const rows: JobRow[] = [];
      for (let row = await this.#claim(); row !== null; row = rows.length < SLOTS ? await this.#claim() : null) {
        rows.push(row);
      }
      if (rows.length === 0) return;
      await Promise.all(rows.map((row) => runJob(this.#services, this.#kinds, row)));
    }
  }

  /** Claims no more jobs and waits for running ones, at most `graceMs`. Returns the rest to the queue, so that others need not wait. */
  async stop(graceMs: number): Promise<void> {
    this.#started = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const { promise: graceIsOver, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, graceMs);
    await Promise.race([this.#allEnded(), graceIsOver]);
    clearTimeout(timer);
    await Promise.all([...this.#running.values()].map((row) => this.#handBack(row)));
  }

  /** A job that can't be returned is taken over when its lease expires. */
  async #handBack({ id, lease, kind }: JobRow): Promise<void> {
    const { store, now, log } = this.#services;
    try {
      await store.transaction((tx) => handBackJob(tx, { id, lease, leaseMs: LEASE_MS, now: now() }));
    } catch (error) {
      log.warn({ err: error, job: id, kind }, 'could not release a job; it runs again when its lease expires');
    }
  }

  /** A poll that is under way may have claimed one more. */
  async #allEnded(): Promise<void> {
    await this.#latestPoll;
    await Promise.all(this.#running.keys());
  }

  #poll(): void {
    this.#pollAgain = true;
    if (this.#polling) return;
    this.#polling = true;
    this.#latestPoll = this.#pollUntilIdle();
  }

  /** Never throws: a table that can't be read is logged, and polled again a second later. */
  async #pollUntilIdle(): Promise<void> {
    try {
      let nextMs = POLL_EVERY_MS;
      while (this.#started && this.#pollAgain) {
        this.#pollAgain = false;
        await this.#fillSlots();
        nextMs = await this.#untilNextMs();
      }
      this.#schedulePoll(nextMs);
    } catch (error) {
      this.#services.log.error({ err: error }, 'could not read the job table; retrying in a second');
      this.#schedulePoll(POLL_EVERY_MS);
    } finally {
      this.#polling = false;
    }
  }

  async #fillSlots(): Promise<void> {
    while (this.#started && this.#running.size < SLOTS) {
      await this.#after();
      if (!this.#started) return;
      const row = await this.#claim();
      if (row === null) return;
      const run = runJob(this.#services, this.#kinds, row).finally(() => {
        this.#running.delete(run);
        this.#poll();
      });
      this.#running.set(run, row);
    }
  }

  async #claim(): Promise<JobRow | null> {
    const { store, newId } = this.#services;
    const now = await this.#checkClock();
    return claimJob(store.db, { now, lease: newId(), leaseMs: LEASE_MS, ...this.#claimable() });
  }

  #claimable(): { readonly kinds: readonly string[] } {
    const waiting = [...this.#running.values()].filter(({ kind }) => this.#asksRegistry(kind)).length;
    return { kinds: waiting < SLOTS_FOR_REGISTRIES ? this.#known : this.#others };
  }

  /** The time. A clock that was set back, even while no process ran, must not delay what was due. */
  async #checkClock(): Promise<number> {
    const { store, jobs, log } = this.#services;
    const lastAt = this.#lastClaimAt;
    const byMs =
      lastAt === null
        ? await findClockSetback(store, this.#services.now)
        : clockSetback({ before: lastAt, now: this.#services.now() });
    const now = this.#services.now();
    // Paused, or the clock was set ahead: jobs that run here and that nobody took stay here.
    if (lastAt !== null && now - lastAt > RENEW_EVERY_MS) await this.#renewAll();
    this.#lastClaimAt = now;
    if (byMs === 0) return now;
    const timers = jobs.kindsWith('waits-for-date');
    await rescheduleAfterClockChange(store, { now, before: now + byMs, leaseMs: LONGEST_LEASE_MS, timers });
    log.warn({ byMs }, 'the clock went back; due jobs stay due');
    return now;
  }

  async #renewAll(): Promise<void> {
    await Promise.all([...this.#running.values()].map((row) => renew(this.#services, row)));
  }

  /** If all slots are taken, the end of a job starts the next poll. */
  async #untilNextMs(): Promise<number> {
    if (!this.#started || this.#running.size >= SLOTS) return POLL_EVERY_MS;
    const now = this.#services.now();
    const next = await nextRunAt(this.#services.store.db, { now, ...this.#claimable() });
    return next === null ? POLL_EVERY_MS : Math.min(Math.max(next - now, 1), POLL_EVERY_MS);
  }

  #asksRegistry(kind: string): boolean {
    return isKnownKind(this.#kinds, kind) && this.#kinds[kind].traits.includes('asks-registry');
  }

  #schedulePoll(ms: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = this.#started ? setTimeout(() => this.#poll(), ms) : null;
  }
}
