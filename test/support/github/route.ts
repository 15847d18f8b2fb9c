// What a route is: who may call it, what it needs, and how it answers.
import type { z } from 'zod';
import type { Access, Installation, Repo, State } from './state.ts';

export type Answer = {
  readonly status: number;
  readonly body?: unknown;
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

export type Call = {
  readonly state: State;
  readonly method: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly accept: string;
  /** This request's own URL, for `Link` headers. */
  readonly url: URL;
  readonly token: string;
  /** Tells the App what it did itself, as GitHub does. */
  readonly echo: (event: string, payload: Readonly<Record<string, unknown>>, owner: string) => void;
};

export type InstallationCall = Call & { readonly installation: Installation; readonly repositories: readonly Repo[] };
export type RepoCall = InstallationCall & { readonly repo: Repo };

export type Route =
  | { readonly auth: 'none'; readonly answer: (call: Call) => Answer }
  | { readonly auth: 'app'; readonly answer: (call: Call) => Answer | Promise<Answer> }
  | { readonly auth: 'installation'; readonly answer: (call: InstallationCall) => Answer }
  | {
      readonly auth: 'organization';
      readonly needs: readonly string[];
      readonly access: Access;
      readonly answer: (call: InstallationCall) => Answer;
    }
  | {
      readonly auth: 'repository';
      /** One of these is enough. */
      readonly needs: readonly string[];
      readonly access: Access;
      readonly answer: (call: RepoCall) => Answer;
    };

export type Routes = Readonly<Record<string, Route>>;

export const NOT_FOUND: Answer = refuse(404, 'Not Found');

/** An error as GitHub words it. */
export function refuse(status: number, message: string, errors: readonly string[] = []): Answer {
  const details = errors.length === 0 ? {} : { errors: errors.map((text) => ({ code: 'custom', message: text })) };
  return {
    status,
    body: { message, ...details, documentation_url: 'https://docs.github.com/rest', status: String(status) },
  };
}

export function param(call: Call, name: string): string {
  const value = call.params[name];
  if (value === undefined) throw new Error(`the operation has no parameter ${name}`);
  return value;
}

/** A filter that is silently ignored would let a test pass that GitHub fails: this is a bug of the world, not an answer. */
export function refuseFilters(call: Call, names: readonly string[]): void {
  const used = names.filter((name) => call.query[name] !== undefined);
  if (used.length > 0) throw new Error(`this GitHub does not filter by ${used.join(', ')} here yet`);
}

/** Cuts the page that was asked for and links the others. */
export function page<T>(
  call: Call,
  items: readonly T[],
): { readonly items: readonly T[]; readonly headers: LinkHeader } {
  const perPage = Math.min(100, Number(call.query['per_page'] ?? 30));
  const number = Math.max(1, Number(call.query['page'] ?? 1));
  const last = Math.max(1, Math.ceil(items.length / perPage));
  const links = [
    ...(number > 1 ? [link(call, number - 1, 'prev')] : []),
    ...(number < last ? [link(call, number + 1, 'next'), link(call, last, 'last')] : []),
  ];
  const headers: LinkHeader = links.length === 0 ? {} : { link: links.join(', ') };
  return { items: items.slice((number - 1) * perPage, number * perPage), headers };
}

export type LinkHeader = { readonly link?: string };

/** Reads a body that the contract has already accepted. */
export function read<T>(call: Call, schema: z.ZodType<T>): T {
  return schema.parse(call.body ?? {});
}

function link(call: Call, number: number, rel: string): string {
  const url = new URL(call.url);
  url.searchParams.set('page', String(number));
  return `<${url.href}>; rel="${rel}"`;
}
