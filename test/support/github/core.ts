// Runs `emulate`, which verifies the App's JWTs and grants installation tokens, and hides its quirks.
import { createEmulator } from 'emulate';
import { z } from 'zod';

/** What an installation may be granted at most; the endpoint narrows this to what the world says today. */
export const GRANTABLE = {
  actions: 'write',
  artifact_metadata: 'write',
  attestations: 'write',
  checks: 'write',
  contents: 'write',
  deployments: 'write',
  environments: 'write',
  issues: 'write',
  members: 'write',
  metadata: 'read',
  packages: 'write',
  pull_requests: 'write',
  statuses: 'write',
} as const;

export type Core = {
  /** The App's own JWT, as GitHub would judge it now. */
  readonly verifyJwt: (jwt: string) => Promise<boolean>;
  /** Null where the core refuses what was asked. */
  readonly grantToken: (grant: {
    readonly jwt: string;
    readonly installation: number;
    readonly repositoryIds: readonly number[] | null;
  }) => Promise<{ readonly token: string; readonly expiresAt: string } | null>;
  /** Answers the repository's numeric id. */
  readonly addRepo: (repo: {
    readonly owner: string;
    readonly name: string;
    readonly private: boolean;
  }) => Promise<number>;
  readonly close: () => Promise<void>;
};

const ROOT_TOKEN = 'root-of-this-world';
const ID_OFFSET = 940_000_000;

type CoreRequest = {
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};

const Granted = z.object({ token: z.string(), expires_at: z.string() });
const Created = z.object({ id: z.number() });

export async function startCore(options: {
  readonly appId: number;
  readonly slug: string;
  readonly privateKey: string;
  readonly installations: readonly { readonly id: number; readonly owner: string }[];
}): Promise<Core> {
  const emulator = await createEmulator({
    service: 'github',
    port: 0,
    seed: {
      tokens: { [ROOT_TOKEN]: { login: 'root', scopes: ['repo', 'admin:org'] } },
      github: {
        users: [{ login: 'root' }],
        orgs: options.installations.map(({ owner }) => ({ login: owner, members: [{ login: 'root', role: 'admin' }] })),
        apps: [
          {
            app_id: options.appId,
            slug: options.slug,
            name: options.slug,
            private_key: options.privateKey,
            permissions: GRANTABLE,
            events: [],
            installations: options.installations.map(({ id, owner }) => ({
              installation_id: id,
              account: owner,
              repository_selection: 'all',
            })),
          },
        ],
      },
    },
  });
  // It says localhost, which may resolve to ::1, where it does not listen.
  const base = emulator.url.replace('localhost', '127.0.0.1');
  const ask = (path: string, init: CoreRequest): Promise<Response> =>
    fetch(`${base}${path}`, { ...init, headers: { ...init.headers, 'content-type': 'application/json' } });
  return {
    verifyJwt: async (jwt) => (await ask('/app', { headers: { authorization: `Bearer ${jwt}` } })).ok,
    grantToken: async (grant) => {
      const ids = grant.repositoryIds?.map((id) => id - ID_OFFSET);
      const answer = await ask(`/app/installations/${grant.installation}/access_tokens`, {
        method: 'POST',
        headers: { authorization: `Bearer ${grant.jwt}` },
        body: JSON.stringify(ids === undefined ? {} : { repository_ids: ids }),
      });
      if (!answer.ok) return null;
      const granted = Granted.parse(await answer.json());
      return { token: granted.token, expiresAt: granted.expires_at };
    },
    addRepo: async (repo) => {
      const answer = await ask(`/orgs/${repo.owner}/repos`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ROOT_TOKEN}` },
        body: JSON.stringify({ name: repo.name, private: repo.private }),
      });
      if (!answer.ok) throw new Error(`no repository ${repo.owner}/${repo.name}: ${await answer.text()}`);
      return ID_OFFSET + Created.parse(await answer.json()).id;
    },
    close: () => emulator.close(),
  };
}
