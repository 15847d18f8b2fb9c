// Answers about issues, pull requests, comments and reactions.
import { z } from 'zod';
import { commentPayload } from '../payloads.ts';
import { nodeId, renderAccount, renderTime, type Json } from '../render.ts';
import { renderComment, renderPull, renderThread } from '../render-threads.ts';
import {
  NOT_FOUND,
  page,
  param,
  read,
  refuse,
  refuseFilters,
  type Answer,
  type RepoCall,
  type Route,
  type Routes,
} from '../route.ts';
import type { Access, Account, Comment, Reaction, Repo, State, Thread } from '../state.ts';

const Body = z.looseObject({ body: z.string() });
const NewIssue = z.object({ title: z.string(), body: z.string().default('') });
const Content = z.looseObject({ content: z.string() });

export const THREAD_ROUTES: Routes = {
  'issues/create': {
    auth: 'repository',
    needs: ['issues'],
    access: 'write',
    answer: (call) => {
      const { state, repo } = call;
      if (repo.issuesDisabled) return ISSUES_DISABLED;
      const thread = addThread({ state, repo, author: state.bot, pull: null, ...read(call, NewIssue) });
      return { status: 201, body: renderThread(state, repo, thread) };
    },
  },
  'issues/list-for-repo': {
    auth: 'repository',
    needs: ['issues'],
    access: 'read',
    answer: (call) => {
      if (call.repo.issuesDisabled) return ISSUES_DISABLED;
      refuseFilters(call, [
        'milestone',
        'state',
        'assignee',
        'type',
        'mentioned',
        'labels',
        'sort',
        'direction',
        'since',
      ]);
      const creator = call.query['creator'];
      const threads = [...call.repo.threads.values()].filter(
        ({ author }) => creator === undefined || author.login.toLowerCase() === creator.toLowerCase(),
      );
      const cut = page(call, threads.toReversed());
      const body = cut.items.map((one) => renderThread(call.state, call.repo, one));
      return { status: 200, body, headers: cut.headers };
    },
  },
  'issues/get': onThread('read', (call, found) => ({ status: 200, body: renderThread(call.state, call.repo, found) })),
  'pulls/get': {
    auth: 'repository',
    needs: ['pull_requests'],
    access: 'read',
    answer: (call) => {
      const found = call.repo.threads.get(Number(param(call, 'pull_number')));
      if (found === undefined || found.pull === null) return NOT_FOUND;
      return { status: 200, body: renderPull(call.state, call.repo, found) };
    },
  },
  'issues/list-comments': onThread('read', (call, found) => listComments(call, found)),
  'issues/list-comments-for-repo': on('read', (call) => listComments(call, null)),
  'issues/create-comment': onThread('write', (call, found) => {
    if (found.locked) return refuse(403, 'Unable to create comment because issue is locked.');
    const { state, repo } = call;
    if (isFull(repo, found)) return refuse(403, 'Commenting is disabled on issues with more than 2500 comments');
    const comment = addComment({ state, repo, thread: found, author: state.bot, body: read(call, Body).body });
    const about = { state, repo, sender: state.bot };
    call.echo('issue_comment', commentPayload(about, { action: 'created', comment }), repo.owner.login);
    const body = renderComment(state, repo, comment);
    return { status: 201, body, headers: { location: String(body['url']) } };
  }),
  'issues/get-comment': onComment('read', (call, found) => ({
    status: 200,
    body: renderComment(call.state, call.repo, found),
  })),
  'issues/update-comment': onComment('write', (call, found) => {
    const { state, repo } = call;
    const before = found.body;
    changeComment(state, found, read(call, Body).body);
    const about = { state, repo, sender: state.bot };
    call.echo('issue_comment', commentPayload(about, { action: 'edited', comment: found, before }), repo.owner.login);
    return { status: 200, body: renderComment(state, repo, found) };
  }),
  'issues/delete-comment': onComment('write', (call, found) => {
    const { state, repo } = call;
    const payload = commentPayload({ state, repo, sender: state.bot }, { action: 'deleted', comment: found });
    repo.comments.delete(found.id);
    call.echo('issue_comment', payload, repo.owner.login);
    return { status: 204 };
  }),
  'reactions/list-for-issue-comment': onComment('read', (call, found) => {
    const wanted = call.query['content'];
    const cut = page(
      call,
      found.reactions.filter((reaction) => wanted === undefined || reaction.content === wanted),
    );
    return { status: 200, body: cut.items.map(renderReaction), headers: cut.headers };
  }),
  'reactions/create-for-issue-comment': onComment('write', (call, found) => {
    const content = read(call, Content).content;
    const known = found.reactions.find((one) => one.content === content && one.user.id === call.state.bot.id);
    if (known !== undefined) return { status: 200, body: renderReaction(known) };
    const { state } = call;
    const reaction: Reaction = { id: state.nextId('reaction'), user: state.bot, content, at: state.now() };
    found.reactions.push(reaction);
    return { status: 201, body: renderReaction(reaction) };
  }),
  'reactions/delete-for-issue-comment': onComment('write', (call, found) => {
    const index = found.reactions.findIndex((reaction) => reaction.id === Number(param(call, 'reaction_id')));
    if (index === -1) return NOT_FOUND;
    found.reactions.splice(index, 1);
    return { status: 204 };
  }),
};

const ISSUES_DISABLED = refuse(410, 'Issues are disabled for this repo');

/** Deleted comments make room. Reactions and edits need none. */
export function isFull(repo: Repo, { number }: Pick<Thread, 'number'>): boolean {
  return [...repo.comments.values()].filter(({ thread }) => thread === number).length >= 2500;
}

export function addThread(
  options: Pick<Thread, 'title' | 'author' | 'pull' | 'body'> & { readonly state: State; readonly repo: Repo },
): Thread {
  const { state, repo, ...thread } = options;
  const number = repo.threads.size + 1;
  const added: Thread = { ...thread, id: state.nextId('thread'), number, createdAt: state.now(), locked: false };
  repo.threads.set(number, added);
  return added;
}

export function addComment(options: {
  readonly state: State;
  readonly repo: Repo;
  readonly thread: Thread;
  readonly author: Account;
  readonly body: string;
  readonly via?: Comment['via'];
  readonly at?: number;
}): Comment {
  const { state, repo } = options;
  const { at = state.now() } = options;
  const added: Comment = {
    id: state.nextId('comment'),
    thread: options.thread.number,
    author: options.author,
    byApp: options.author.id === state.bot.id,
    via: options.via ?? null,
    createdAt: at,
    updatedAt: at,
    body: options.body,
    reactions: [],
  };
  repo.comments.set(added.id, added);
  return added;
}

export function changeComment(state: State, changed: Comment, body: string): void {
  changed.body = body;
  changed.updatedAt = state.now();
}

function on(access: Access, answer: (call: RepoCall) => Answer): Route {
  return { auth: 'repository', needs: ['issues', 'pull_requests'], access, answer };
}

function onThread(access: Access, answer: (call: RepoCall, found: Thread) => Answer): Route {
  return on(access, (call) => {
    const found = call.repo.threads.get(Number(param(call, 'issue_number')));
    if (found === undefined) return NOT_FOUND;
    return found.movedTo === undefined ? answer(call, found) : redirect(call, found.movedTo);
  });
}

/** Also of a write, which so becomes a read where a client follows. */
function redirect(call: RepoCall, { repoId, number }: NonNullable<Thread['movedTo']>): Answer {
  const [, rest = ''] = /\/issues\/\d+(\/.*)?$/.exec(call.url.pathname) ?? [];
  const location = new URL(`/repositories/${repoId}/issues/${number}${rest}${call.url.search}`, call.url).href;
  return { status: 301, headers: { location }, body: { message: 'Moved Permanently', url: location } };
}

function onComment(access: Access, answer: (call: RepoCall, found: Comment) => Answer): Route {
  return on(access, (call) => {
    const found = call.repo.comments.get(Number(param(call, 'comment_id')));
    return found === undefined ? NOT_FOUND : answer(call, found);
  });
}

function listComments(call: RepoCall, found: Thread | null): Answer {
  const since = call.query['since'] === undefined ? 0 : Date.parse(call.query['since']);
  const comments = [...call.repo.comments.values()].filter(
    (one) => (found === null || one.thread === found.number) && one.updatedAt >= since,
  );
  const cut = page(call, call.query['direction'] === 'desc' ? comments.toReversed() : comments);
  const body = cut.items.map((one) => renderComment(call.state, call.repo, one));
  return { status: 200, body, headers: cut.headers };
}

function renderReaction(reaction: Reaction): Json {
  return {
    id: reaction.id,
    node_id: nodeId('Reaction', reaction.id),
    user: renderAccount(reaction.user),
    content: reaction.content,
    created_at: renderTime(reaction.at),
  };
}
