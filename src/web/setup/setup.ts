// Set-up, while there is no App: sends people to GitHub with our manifest, and brings the new App's keys home.
import type { AppManifest } from '../../config/app-manifest.ts';
import type { EnvFileResult } from '../../config/env-file.ts';
import { OutsideError } from '../../net/outside-error.ts';
import type { CreatedApp } from '../../github/app/manifest.ts';
import { WEBHOOK_PATH, type Page, type Pages } from '../server.ts';
import { renderBegin, renderFinished, renderMade, renderNoAddress, renderProblem } from './setup-page.ts';

export type SetupOptions = {
  /** `PUBLIC_URL`. */
  readonly publicUrl: string | null;
  /** Root of GitHub's pages: `https://github.com`. */
  readonly githubUrl: string;
  readonly manifest: AppManifest;
  readonly hasRegistryUser: boolean;
  /** Throws an OutsideError. */
  readonly convert: (code: string) => Promise<CreatedApp>;
  readonly keep: (variables: Readonly<Record<string, string>>) => Promise<EnvFileResult>;
  readonly now: () => number;
  readonly newId: () => string;
  readonly onMade: (app: CreatedApp, kept: EnvFileResult) => void;
  readonly onError: (error: OutsideError) => void;
};

export const SETUP_PATH = '/setup';

const CALLBACK_PATH = `${SETUP_PATH}/callback`;
/** As long as GitHub's code is good. */
const STATE_LIFE_MS = 60 * 60 * 1000;
/** Anybody may open the page; more than these are not kept in mind. */
const MAX_STATES = 1000;

/** `GET /setup` and `GET /setup/callback`. */
export function createSetup(options: SetupOptions): Pages {
  const states = createStates(options);
  let made: CreatedApp | null = null;

  const begin = (query: URLSearchParams): Page => {
    const { publicUrl, manifest, githubUrl } = options;
    if (made !== null) return renderMade(made);
    if (publicUrl === null) return renderNoAddress();
    const organization = (query.get('organization') ?? '').trim().replace(/^@/, '');
    if (organization !== '' && !isAccount(organization)) {
      return renderProblem({
        status: 400,
        what: `“${organization}” is no name of an organisation.`,
        advice: 'Type it as it stands in the address of its page on GitHub.',
      });
    }
    const form = organization === '' ? '/settings/apps/new' : `/organizations/${organization}/settings/apps/new`;
    return renderBegin({
      action: `${githubUrl}${form}?state=${states.issue()}`,
      organization: organization === '' ? null : organization,
      manifest: {
        ...manifest,
        url: publicUrl,
        hook_attributes: { url: `${publicUrl}${WEBHOOK_PATH}`, active: true },
        redirect_url: `${publicUrl}${CALLBACK_PATH}`,
      },
    });
  };

  const finish = async (query: URLSearchParams): Promise<Page> => {
    if (made !== null) return renderMade(made);
    const state = query.get('state') ?? '';
    const code = query.get('code') ?? '';
    if (!/^[\w-]{1,200}$/.test(code)) {
      return renderProblem({ status: 400, what: 'GitHub sent no code along.', advice: BEGIN_AGAIN });
    }
    // Taken before anything is awaited, so that it is good once.
    if (!states.take(state)) {
      const what = 'This was not begun on this server, was finished already, or was begun more than an hour ago.';
      return renderProblem({ status: 403, what, advice: BEGIN_AGAIN });
    }
    try {
      const app = await options.convert(code);
      const variables = variablesOf(app);
      const kept = await options.keep(variables);
      made = app;
      options.onMade(app, kept);
      return renderFinished({ app, kept, variables, hasRegistryUser: options.hasRegistryUser });
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error;
      options.onError(error);
      if (!error.retryable) return renderProblem({ status: 400, what: error.message, advice: BEGIN_AGAIN });
      states.giveBack(state);
      return renderProblem({ status: 502, what: error.message, advice: 'Reload this page to try again.' });
    }
  };

  return { [SETUP_PATH]: async (query) => begin(query), [CALLBACK_PATH]: finish };
}

const BEGIN_AGAIN =
  'Begin again at /setup. An App that GitHub made meanwhile can be deleted in its settings, or configured by hand.';

type States = {
  issue(): string;
  /** False where it was not issued, was taken before, or is too old. */
  take(state: string): boolean;
  giveBack(state: string): void;
};

/** Nobody who can't read our page can know one: that keeps other sites from finishing a set-up with their App. */
function createStates({ now, newId }: Pick<SetupOptions, 'now' | 'newId'>): States {
  const expiries = new Map<string, number>();
  return {
    issue: () => {
      const [oldest] = expiries.keys();
      if (oldest !== undefined && expiries.size >= MAX_STATES) expiries.delete(oldest);
      const state = newId();
      expiries.set(state, now() + STATE_LIFE_MS);
      return state;
    },
    take: (state) => {
      const expiresAt = expiries.get(state) ?? 0;
      expiries.delete(state);
      return expiresAt > now();
    },
    giveBack: (state) => {
      expiries.set(state, now() + STATE_LIFE_MS);
    },
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
