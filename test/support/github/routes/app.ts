// Answers about the App itself: its identity, installations, tokens and the deliveries GitHub made to it.
import { z } from 'zod';
import { findRepo, longToken, narrow, type Tokens } from '../access.ts';
import type { Core } from '../core.ts';
import type { Deliveries, Delivery } from '../deliveries.ts';
import { renderApp, renderInstallation, renderRepo, renderTime, type Json } from '../render.ts';
import { NOT_FOUND, page, param, read, refuse, type Answer, type Call, type Routes } from '../route.ts';
import { installationOf, type Installation } from '../state.ts';

const TokenRequest = z.looseObject({
  repositories: z.array(z.string()).optional(),
  repository_ids: z.array(z.number()).optional(),
  permissions: z.record(z.string(), z.string()).optional(),
});

const DELIVERIES_KEPT_MS = 3 * 24 * 60 * 60 * 1000;
const PRIMARY_LIMIT = 5000;

export function appRoutes(parts: {
  readonly core: Core;
  readonly tokens: Tokens;
  readonly deliveries: Deliveries;
}): Routes {
  const { core, tokens, deliveries } = parts;
  return {
    'apps/get-authenticated': { auth: 'app', answer: ({ state }) => ({ status: 200, body: renderApp(state) }) },
    'apps/list-installations': {
      auth: 'app',
      answer: (call) => {
        const cut = page(call, present(call));
        const body = cut.items.map((installation) => renderInstallation(call.state, installation));
        return { status: 200, body, headers: cut.headers };
      },
    },
    'apps/get-installation': { auth: 'app', answer: (call) => show(call, byId(call)) },
    'apps/get-org-installation': {
      auth: 'app',
      answer: (call) => show(call, installationOf(call.state, param(call, 'org'))),
    },
    'apps/get-repo-installation': {
      auth: 'app',
      answer: (call) => {
        const repo = findRepo(call.state, param(call, 'owner'), param(call, 'repo'));
        return show(call, repo === undefined ? undefined : installationOf(call.state, repo.owner.login));
      },
    },
    'apps/create-installation-access-token': {
      auth: 'app',
      answer: (call) => grant(call, { core, tokens }),
    },
    'apps/revoke-installation-access-token': {
      auth: 'installation',
      answer: (call) => {
        tokens.delete(call.token);
        return { status: 204 };
      },
    },
    'apps/list-repos-accessible-to-installation': {
      auth: 'installation',
      answer: (call) => {
        const cut = page(call, call.repositories);
        const body = { total_count: call.repositories.length, repositories: cut.items.map(renderRepo) };
        return { status: 200, body, headers: cut.headers };
      },
    },
    'rate-limit/get': {
      auth: 'installation',
      answer: ({ state }) => {
        const reset = Math.ceil(state.now() / 1000) + 3600;
        const rate = { limit: PRIMARY_LIMIT, remaining: PRIMARY_LIMIT, reset, used: 0, resource: 'core' };
        return { status: 200, body: { resources: { core: rate }, rate } };
      },
    },
    'apps/get-webhook-config-for-app': {
      auth: 'app',
      answer: ({ state: { hook } }) => ({
        status: 200,
        body: {
          url: hook.url,
          content_type: hook.contentType,
          insecure_ssl: hook.insecureSsl,
          ...(hook.hasSecret ? { secret: '********' } : {}),
        },
      }),
    },
    'apps/list-webhook-deliveries': { auth: 'app', answer: (call) => listDeliveries(call, deliveries) },
    'apps/get-webhook-delivery': {
      auth: 'app',
      answer: (call) => {
        const found = kept(call, deliveries).find((one) => one.id === Number(param(call, 'delivery_id')));
        if (found === undefined) return NOT_FOUND;
        const payload: unknown = JSON.parse(found.body);
        const request = { headers: found.headers, payload };
        const response = { headers: {}, payload: found.answer };
        return { status: 200, body: { ...renderDelivery(found), url: '', request, response } };
      },
    },
    'apps/redeliver-webhook-delivery': {
      auth: 'app',
      answer: (call) => {
        const found = kept(call, deliveries).find((one) => one.id === Number(param(call, 'delivery_id')));
        if (found === undefined) return NOT_FOUND;
        deliveries.send(() => deliveries.redeliver(found.guid));
        return { status: 202, body: {} };
      },
    },
  };
}

async function grant(call: Call, parts: { readonly core: Core; readonly tokens: Tokens }): Promise<Answer> {
  const installation = byId(call);
  if (installation === undefined) return NOT_FOUND;
  if (installation.suspendedAt !== null) return refuse(403, 'This installation has been suspended');
  const asked = read(call, TokenRequest);
  const owner = installation.account.login;
  const permissions = narrow(call.state, owner, asked.permissions);
  if (permissions === null) return refuse(422, 'The permissions requested are not granted to this installation.');
  const named = asked.repositories?.map((name) => findRepo(call.state, owner, name)?.id);
  const wanted = asked.repository_ids ?? named;
  const ids = wanted?.filter((id) => id !== undefined);
  const ungrantable = refuse(422, 'There is at least one repository that does not exist or is not accessible.');
  if (ids?.length !== wanted?.length) return ungrantable;
  const granted = await parts.core.grantToken({
    jwt: call.token,
    installation: installation.id,
    repositoryIds: ids ?? null,
  });
  if (granted === null) return ungrantable;
  const token = longToken(granted.token);
  const { expiresAt } = granted;
  parts.tokens.set(token, { installation, permissions, repositoryIds: ids ?? null, expiresAt });
  const repositories = ids?.map((id) => call.state.repos.get(id)).filter((repo) => repo !== undefined);
  return {
    status: 201,
    body: {
      token,
      expires_at: expiresAt,
      permissions,
      repository_selection: ids === undefined ? 'all' : 'selected',
      ...(repositories === undefined ? {} : { repositories: repositories.map(renderRepo) }),
    },
  };
}

function present(call: Call): readonly Installation[] {
  return [...call.state.installations.values()].filter((installation) => !installation.removed);
}

function byId(call: Call): Installation | undefined {
  return present(call).find((installation) => installation.id === Number(param(call, 'installation_id')));
}

function show(call: Call, installation: Installation | undefined): Answer {
  return installation === undefined ? NOT_FOUND : { status: 200, body: renderInstallation(call.state, installation) };
}

function kept(call: Call, deliveries: Deliveries): readonly Delivery[] {
  return deliveries.log.filter((one) => one.deliveredAt > call.state.now() - DELIVERIES_KEPT_MS).toReversed();
}

/** Newest first; the cursor is the id of the last one shown. */
function listDeliveries(call: Call, deliveries: Deliveries): Answer {
  const { status, cursor, per_page: size } = call.query;
  const perPage = Math.min(100, Number(size ?? 30));
  const wanted = kept(call, deliveries).filter(
    (one) =>
      (status === undefined || (status === 'success') === (one.statusText === 'OK')) &&
      (cursor === undefined || one.id < Number(cursor.replace('v1_', ''))),
  );
  const shown = wanted.slice(0, perPage);
  const next = new URL(call.url);
  next.searchParams.set('cursor', `v1_${shown.at(-1)?.id ?? 0}`);
  const headers = wanted.length > perPage ? { link: `<${next.href}>; rel="next"` } : {};
  return { status: 200, body: shown.map(renderDelivery), headers };
}

function renderDelivery(one: Delivery): Json {
  return {
    id: one.id,
    guid: one.guid,
    delivered_at: renderTime(one.deliveredAt),
    redelivery: one.redelivery,
    duration: one.durationSeconds,
    status: one.statusText,
    status_code: one.status,
    event: one.event,
    action: one.action,
    installation_id: one.installationId,
    repository_id: one.repositoryId,
    throttled_at: null,
  };
}
