// The set-up, while there is no App: sends the holder of the token to GitHub with our manifest, and fetches the new App's keys.
import type { AppManifest } from '../../config/app-manifest.ts';
import type { EnvFileResult } from '../../config/env-file.ts';
import { OutsideError } from '../../net/outside-error.ts';
import type { CreatedApp } from '../../github/app/manifest.ts';
import { WEBHOOK_PATH, type Page, type Pages } from '../server.ts';
import {
  renderConfirm,
  renderFinished,
  renderForm,
  renderMade,
  renderNoAddress,
  renderOtherOwner,
  renderProblem,
  type Confirmation,
} from './setup-page.ts';
import type { SetupTokens } from '../../engine/installations/setup-token.ts';

export type SetupOptions = {
  /** `PUBLIC_URL`. */
  readonly publicUrl: string | null;
  /** Root of GitHub's pages: `https://github.com`. */
  readonly githubUrl: string;
  readonly manifest: AppManifest;
  readonly tokens: SetupTokens;
  readonly hasRegistryUser: boolean;
  /** Throws an OutsideError. */
  readonly convert: (code: string) => Promise<CreatedApp>;
  readonly keep: (variables: Readonly<Record<string, string>>) => Promise<EnvFileResult>;
  readonly now: () => number;
  readonly newId: () => string;
  readonly onMade: (app: CreatedApp, kept: EnvFileResult) => void;
  readonly onError: (error: OutsideError) => void;
  /** GitHub created it for another account than was typed: its keys are discarded. */
  readonly onOtherOwner: (app: CreatedApp, typed: string) => void;
};

export const SETUP_PATH = '/setup';

const CALLBACK_PATH = `${SETUP_PATH}/callback`;
/** As long as GitHub's code is valid. */
const STATE_LIFE_MS = 60 * 60 * 1000;

/** `GET /setup` is the form, `POST /setup` leads on to GitHub, `GET /setup/callback` is where GitHub sends the browser back. */
export function createSetup(options: SetupOptions): Pages {
  const states = createStates(options);
  let made: CreatedApp | null = null;

  const form = async (): Promise<Page> => {
    if (made !== null) return renderMade(made);
    return options.publicUrl === null ? renderNoAddress() : renderForm({ mistake: null, account: '' });
  };

  const begin = async (posted: URLSearchParams): Promise<Page> => {
    const { publicUrl } = options;
    if (made !== null) return renderMade(made);
    if (publicUrl === null) return renderNoAddress();
    const tokenHash = await options.tokens.check(posted.get('token') ?? '');
    const request = readRequest(posted);
    if (tokenHash === null) return renderForm({ mistake: 'token', account: request?.account ?? '' });
    if (request === null) return renderForm({ mistake: 'account', account: '' });
    const state = states.issue({ ...request, tokenHash });
    return renderConfirm(confirmationOf(options, { publicUrl, request, state }));
  };

  const finish = async (query: URLSearchParams): Promise<Page> => {
    if (made !== null) return renderMade(made);
    const state = query.get('state') ?? '';
    const code = query.get('code') ?? '';
    if (!/^[\w-]{1,200}$/.test(code)) {
      return renderProblem({ status: 400, what: 'GitHub sent no code.', advice: BEGIN_AGAIN });
    }
    // Taken before anything is awaited, so that it works only once.
    const begun = states.take(state);
    if (begun === null || !(await options.tokens.isCurrent(begun.tokenHash))) {
      const what = 'This set-up was not started on this server, is already finished, or started more than an hour ago.';
      return renderProblem({ status: 403, what, advice: BEGIN_AGAIN });
    }
    try {
      const app = await options.convert(code);
      if (app.owner.toLowerCase() !== begun.account.toLowerCase()) {
        options.onOtherOwner(app, begun.account);
        return renderOtherOwner({ app, typed: begun.account });
      }
      const variables = { ...variablesOf(app), ...(begun.isSecondPersonNeeded ? SECOND_PERSON : {}) };
      const kept = await options.keep(variables);
      made = app;
      await options.tokens.use(begun.tokenHash);
      options.onMade(app, kept);
      return renderFinished({ app, kept, variables, hasRegistryUser: options.hasRegistryUser });
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error;
      options.onError(error);
      if (!error.retryable) return renderProblem({ status: 400, what: error.message, advice: BEGIN_AGAIN });
      states.giveBack(state, begun);
      return renderProblem({ status: 502, what: error.message, advice: 'Reload this page to try again.' });
    }
  };

  return { [SETUP_PATH]: { get: form, post: begin }, [CALLBACK_PATH]: { get: finish } };
}

/** What was typed into the form. */
type SetupRequest = {
  readonly account: string;
  readonly kind: 'organization' | 'own';
  /** A second person must approve production. */
  readonly isSecondPersonNeeded: boolean;
};

type Begun = SetupRequest & { readonly tokenHash: string };

/** Operator floors: what no policy file can lower. */
const SECOND_PERSON = { MIN_APPROVALS: 'production=1', FORBID_SELF_APPROVAL: 'production' } as const;

/** Null for an invalid account. Each kind of account has its own box, as their defaults differ. */
function readRequest(posted: URLSearchParams): SetupRequest | null {
  const account = (posted.get('account') ?? '').trim().replace(/^@/, '');
  if (!isAccount(account)) return null;
  const kind = posted.get('kind') === 'own' ? 'own' : 'organization';
  return { account, kind, isSecondPersonNeeded: posted.has(`second_person_${kind}`) };
}

function confirmationOf(
  { manifest, githubUrl }: SetupOptions,
  begun: { readonly publicUrl: string; readonly request: SetupRequest; readonly state: string },
): Confirmation {
  const { publicUrl, request, state } = begun;
  const { account, kind, isSecondPersonNeeded } = request;
  const form = kind === 'own' ? '/settings/apps/new' : `/organizations/${account}/settings/apps/new`;
  return {
    action: `${githubUrl}${form}?state=${state}`,
    account,
    kind,
    floors: isSecondPersonNeeded ? SECOND_PERSON : {},
    manifest: {
      ...manifest,
      url: publicUrl,
      hook_attributes: { url: `${publicUrl}${WEBHOOK_PATH}`, active: true },
      redirect_url: `${publicUrl}${CALLBACK_PATH}`,
    },
  };
}

const BEGIN_AGAIN =
  'Start again at /setup. If GitHub created an App meanwhile, delete it in its settings or configure it by hand.';

type States = {
  issue(begun: Begun): string;
  /** Null if it was not issued, was used before, or is too old. */
  take(state: string): Begun | null;
  giveBack(state: string, begun: Begun): void;
};

/** Only our page shows it, so other sites can't finish a set-up with their App. */
function createStates({ now, newId }: Pick<SetupOptions, 'now' | 'newId'>): States {
  const issued = new Map<string, { readonly begun: Begun; readonly expiresAt: number }>();
  const keep = (state: string, begun: Begun): void => {
    issued.set(state, { begun, expiresAt: now() + STATE_LIFE_MS });
  };
  return {
    issue: (begun) => {
      const state = newId();
      keep(state, begun);
      return state;
    },
    take: (state) => {
      const found = issued.get(state);
      issued.delete(state);
      return found !== undefined && found.expiresAt > now() ? found.begun : null;
    },
    giveBack: keep,
  };
}

/** The key as base64: one line that needs no quotes, wherever it is put. */
function variablesOf({ id, privateKey, webhookSecret }: CreatedApp): Readonly<Record<string, string>> {
  return {
    APP_ID: String(id),
    PRIVATE_KEY: Buffer.from(privateKey).toString('base64'),
    ...(webhookSecret === null ? {} : { WEBHOOK_SECRET: webhookSecret }),
  };
}

/** Enterprise accounts may have an underscore. */
function isAccount(name: string): boolean {
  return /^[a-z\d][a-z\d_-]{0,99}$/i.test(name);
}
