// The token endpoint of a registry (distribution's token spec): who may do what, answered with tokens that somebody else mints.

export type Rights = 'pull' | 'pull,push';

export type TokenUser = {
  readonly password: string;
  /** By repository name; `*` is any repository. */
  readonly rights: Readonly<Record<string, Rights>>;
};

/** Mutable on purpose: a test revokes a right by assigning it. */
export type TokenRules = {
  users: Record<string, TokenUser>;
  anonymous: Record<string, Rights>;
  expiresInSeconds: number;
  field: 'token' | 'access_token';
  /** GHCR's way: a scope beyond one's rights is refused. Otherwise the token grants what is left (the spec's way). */
  refuseBeyondRights: boolean;
};

export type Access = { readonly type: 'repository'; readonly name: string; readonly actions: readonly string[] };

export type TokenAnswer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

export const ADA = { username: 'ada', password: 's3cret' } as const;

/** Ada may push everywhere, strangers may do nothing. */
export function defaultTokenRules(): TokenRules {
  return {
    users: { [ADA.username]: { password: ADA.password, rights: { '*': 'pull,push' } } },
    anonymous: {},
    expiresInSeconds: 300,
    field: 'token',
    refuseBeyondRights: false,
  };
}

/** Answers `GET /token?service=…&scope=…&scope=…`. */
export function answerTokenRequest(args: {
  readonly url: URL;
  readonly authorization: string | null;
  readonly rules: TokenRules;
  readonly mint: (access: readonly Access[], expiresInSeconds: number) => string;
}): TokenAnswer {
  const { rules } = args;
  const user = readUser(args.authorization, rules);
  if (user === 'wrong') return refusal(401, 'UNAUTHORIZED', 'bad user name or password');
  const rights = user === 'nobody' ? rules.anonymous : user.rights;
  const asked = args.url.searchParams.getAll('scope').flatMap(parseScope);
  const granted = asked.map((access) => {
    const allowed = (rights[access.name] ?? rights['*'] ?? '').split(',');
    return { ...access, actions: access.actions.filter((action) => allowed.includes(action)) };
  });
  const beyond = granted.some((access, at) => access.actions.length < (asked[at]?.actions.length ?? 0));
  if (beyond && rules.refuseBeyondRights) return refusal(403, 'DENIED', 'requested access to the resource is denied');
  const token = args.mint(granted, rules.expiresInSeconds);
  return { status: 200, body: { [rules.field]: token, expires_in: rules.expiresInSeconds } };
}

function readUser(authorization: string | null, rules: TokenRules): TokenUser | 'nobody' | 'wrong' {
  if (authorization === null) return 'nobody';
  const [name = '', password] = Buffer.from(authorization.replace(/^Basic /, ''), 'base64')
    .toString('utf8')
    .split(':');
  const user = rules.users[name];
  return user !== undefined && user.password === password ? user : 'wrong';
}

function parseScope(text: string): readonly Access[] {
  return text.split(' ').flatMap((scope) => {
    const [, name, actions] = /^repository:(.+):([a-z,]+)$/.exec(scope) ?? [];
    return name === undefined || actions === undefined
      ? []
      : [{ type: 'repository', name, actions: actions.split(',') }];
  });
}

function refusal(status: number, code: string, message: string): TokenAnswer {
  return { status, body: { errors: [{ code, message }] } };
}
