// The tables as the queries see them: column names as in SQL, times as epoch milliseconds, booleans as 0 or 1.
import type { Generated, Kysely, Transaction } from 'kysely';
import type { StateKind } from '../../domain/promotion/promotion.ts';
import type { StagingState } from '../../domain/promotion/staging-check.ts';
import type { TagMove } from '../../domain/image/tag-plan.ts';

/** Runs queries, each on its own. */
export type Db = Kysely<Schema>;
/** Runs queries that take effect together or not at all. A `Tx` can be used as a `Db`. */
export type Tx = Transaction<Schema>;

export type JobState = 'queued' | 'running' | 'done' | 'dead';
export type MoveState = 'planned' | 'written' | 'confirmed' | 'undone' | 'stuck';
export type MarkKind = 'card' | 'check-run' | 'notice' | 'deployment';

/** Words in the unions are kept true by CHECK constraints in the tables. */
export type Schema = {
  readonly migrations: { readonly id: number; readonly name: string; readonly applied_at: number };
  readonly heartbeat: { readonly id: number; readonly at: number };
  readonly repos: {
    readonly id: number;
    readonly name: string;
    readonly installation_id: number;
    readonly next_promotion: number;
    readonly audit_seq: number;
    readonly audit_hash: string;
    /** Since when the App has had access there without a break, as far as deliveries showed. */
    readonly here_since: number;
    /** When the App lost access there; null if it has access. */
    readonly left_at: number | null;
    readonly updated_at: number;
  };
  readonly environment_tags: { readonly repo_id: number; readonly environment: string; readonly tag: string };
  readonly pins: {
    readonly owner: string;
    readonly kind: 'user' | 'app';
    readonly name: string;
    readonly id: number;
    readonly first_used: number;
    /** The account that has the name now, if it is another one. */
    readonly holder: number | null;
  };
  readonly policy_changes: {
    readonly repo_id: number;
    readonly blob: string;
    /** Null for an author without a GitHub account. */
    readonly actor_id: number | null;
    readonly actor_login: string;
    readonly source: 'push' | 'git-author';
    readonly at: number;
    /** The repository's highest one belongs to the file that came last. */
    readonly arrival: number;
  };
  readonly deliveries: { readonly hook_target: string; readonly delivery_id: string; readonly received_at: number };
  readonly delivery_recoveries: {
    readonly hook_target: string;
    readonly recovered_to: number;
    readonly complete_at: number | null;
  };
  readonly jobs: {
    readonly id: Generated<number>;
    readonly kind: string;
    readonly key: string | null;
    readonly queue_key: string | null;
    readonly payload: Uint8Array;
    readonly run_at: number;
    readonly attempts: number;
    readonly leased_until: number | null;
    readonly lease: string | null;
    readonly last_error: string | null;
    /** The id of the delivery that led to the job; null for scheduled work. */
    readonly origin: string | null;
    /** When that delivery was stored. */
    readonly origin_at: number | null;
    readonly state: JobState;
    /** By the clock of the process that stored the job. */
    readonly created_at: number;
    /** By the clock of the database; null if it has none. */
    readonly inserted_at: Generated<number | null>;
    readonly finished_at: number | null;
  };
  readonly promotions: {
    readonly id: string;
    readonly repo_id: number;
    readonly number: number;
    readonly environment: string;
    readonly issue: number | null;
    readonly state: StateKind;
    readonly is_open: number;
    readonly promoted_at: number | null;
    /** The same, but null for a promotion that only added a version and moved no floating tag. */
    readonly held_since: number | null;
    readonly version: number;
    readonly document: string;
    readonly created_at: number;
    readonly updated_at: number;
  };
  readonly image_owners: { readonly image: string; readonly repo_id: number; readonly since: number };
  /** Names in lower case. */
  readonly repo_names: { readonly repo_id: number; readonly name: string; readonly since: number };
  readonly policies: { readonly blob: string; readonly text: string; readonly first_seen: number };
  readonly tag_moves: {
    readonly promotion_id: string;
    readonly position: number;
    readonly repository: string;
    readonly tag: string;
    readonly kind: TagMove['kind'];
    readonly baseline: string | null;
    readonly target: string;
    readonly state: MoveState;
    readonly updated_at: number;
  };
  readonly audit: {
    readonly repo_id: number;
    readonly seq: number;
    readonly previous_hash: string;
    readonly entry: string;
    readonly hash: string;
  };
  readonly github_marks: {
    readonly promotion_id: string;
    readonly kind: MarkKind;
    readonly github_id: number;
    readonly target: string;
    readonly updated_at: number;
  };
  readonly threads: {
    readonly repo_id: number;
    readonly issue: number;
    readonly read_up_to: number;
    readonly read_since: number;
    readonly taking: number | null;
  };
  readonly long_threads: {
    readonly repo_id: number;
    readonly issue: number;
    readonly comments: number;
    readonly continued_in: Generated<number | null>;
  };
  readonly comments: {
    readonly repo_id: number;
    readonly comment_id: number;
    readonly issue: number;
    readonly document: string;
    readonly received_at: number;
    readonly origin: string | null;
    readonly handled_at: number | null;
  };
  readonly staging_checks: {
    readonly repo_id: number;
    readonly commit_sha: string;
    readonly check_run_id: number | null;
    readonly state: StagingState['kind'];
    readonly document: string;
    readonly since: number;
    readonly note: string | null;
  };
  readonly drifts: {
    readonly id: string;
    readonly repo_id: number;
    readonly environment: string;
    readonly promotion_id: string;
    readonly noticed_at: number;
    readonly over_at: number | null;
    readonly document: string;
    readonly issue: number | null;
    readonly comment_id: number | null;
  };
  readonly known_rights: { readonly repo_id: number; readonly person_id: number; readonly confirmed_at: number };
  readonly stranger_commands: {
    readonly repo_id: number;
    readonly comment_id: number;
    readonly person_id: number;
    readonly commands: number;
    readonly at: number;
  };
  readonly setup_tokens: { readonly id: number; readonly hash: string; readonly expires_at: number };
  readonly idempotency_keys: { readonly key: string; readonly until: number };
  readonly github_write_limits: {
    readonly installation_id: number;
    readonly last_at: number;
    readonly hold_until: number;
  };
  readonly github_writes: { readonly id: Generated<number>; readonly installation_id: number; readonly at: number };
};
