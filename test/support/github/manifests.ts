// GitHub's page for a new App: takes a manifest as its form would, sends the browser back with a code, gives the keys for it.
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { renderApp } from './render.ts';
import { NOT_FOUND, param, type Call, type Answer, type Routes } from './route.ts';
import type { State } from './state.ts';

export type Manifests = {
  /** What happens when somebody presses "Create GitHub App": answers where GitHub sends the browser. Throws where it would refuse. */
  readonly create: (posted: { readonly manifest: string; readonly state: string }) => string;
  readonly routes: Routes;
};

const CODE_LIFE_MS = 60 * 60 * 1000;
const Address = z.url({ protocol: /^https?$/ });

/** What GitHub takes; anything else is refused there. */
const Manifest = z.strictObject({
  name: z.string().min(1).max(34),
  url: Address,
  description: z.string().optional(),
  public: z.boolean().optional(),
  hook_attributes: z.strictObject({ url: Address, active: z.boolean().optional() }).optional(),
  redirect_url: Address,
  callback_urls: z.array(Address).max(10).optional(),
  setup_url: Address.optional(),
  request_oauth_on_install: z.boolean().optional(),
  setup_on_update: z.boolean().optional(),
  default_permissions: z.record(z.string(), z.enum(['read', 'write', 'admin'])).optional(),
  default_events: z.array(z.string()).optional(),
});
/** Sent to every App; nobody can ask for them. */
const UNASKED = ['installation', 'installation_repositories', 'github_app_authorization'];

export function createManifests(app: {
  readonly state: State;
  readonly privateKey: string;
  readonly secret: string;
}): Manifests {
  const { state } = app;
  const expiries = new Map<string, number>();
  return {
    create: (posted) => {
      const manifest = Manifest.parse(JSON.parse(posted.manifest));
      const unasked = (manifest.default_events ?? []).filter((event) => UNASKED.includes(event));
      if (unasked.length > 0) throw new Error(`Default events unsupported: ${unasked.join(', ')}`);
      const code = randomBytes(20).toString('hex');
      expiries.set(code, state.now() + CODE_LIFE_MS);
      const back = new URL(manifest.redirect_url);
      back.searchParams.set('code', code);
      back.searchParams.set('state', posted.state);
      return back.href;
    },
    routes: { 'apps/create-from-manifest': { auth: 'none', answer: (call) => convert(call) } },
  };

  function convert(call: Call): Answer {
    const code = param(call, 'code');
    const expiresAt = expiries.get(code) ?? 0;
    expiries.delete(code);
    if (expiresAt <= state.now()) return NOT_FOUND;
    return {
      status: 201,
      body: {
        ...renderApp(state),
        client_secret: randomBytes(20).toString('hex'),
        webhook_secret: app.secret,
        pem: app.privateKey,
      },
    };
  }
}
