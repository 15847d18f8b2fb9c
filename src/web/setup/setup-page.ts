// The pages of the set-up, as HTML: no script, no asset from elsewhere, nothing that comes from outside unescaped.
import { createHash } from 'node:crypto';
import type { AppManifest } from '../../config/app-manifest.ts';
import { formatEnvLines, type EnvFileResult } from '../../config/env-file.ts';
import type { CreatedApp } from '../../github/app/manifest.ts';
import type { Page } from '../server.ts';
import { SETUP_STYLE } from './setup-style.ts';

export type Confirmation = {
  /** Where GitHub takes the manifest, with the state. */
  readonly action: string;
  readonly account: string;
  readonly kind: 'organization' | 'own';
  /** Lines that go into the env file besides the keys. */
  readonly floors: Readonly<Record<string, string>>;
  readonly manifest: AppManifest & { readonly redirect_url: string };
};

export type Finished = {
  readonly app: CreatedApp;
  readonly kept: EnvFileResult;
  readonly variables: Readonly<Record<string, string>>;
  readonly hasRegistryUser: boolean;
};

const MISTAKES = {
  token:
    'This set-up token is not valid, or it has expired. The server prints it in its log when it starts. <code>imprimatur setup</code> creates a new one.',
  account: 'This is not a valid account name. Enter it as in the URL of its page on GitHub.',
} as const;

/** One form: what is typed is what is used. */
export function renderForm({
  mistake,
  account,
}: {
  readonly mistake: keyof typeof MISTAKES | null;
  readonly account: string;
}): Page {
  const problem = mistake === null ? '' : `<p class="problem" role="alert">${MISTAKES[mistake]}</p>`;
  const body = `
<h1>Create the GitHub App</h1>
<p>GitHub creates the App and sends you back here with its keys. Sign in to GitHub in this browser first.</p>
${problem}
<form class="stack" method="post" action="setup">
<div class="field">
<label for="token">Set-up token</label>
<input id="token" name="token" type="password" required autocomplete="off" spellcheck="false">
<p class="note">The server printed it in its log when it started. It is valid for 30 minutes.</p>
</div>
<fieldset>
<legend>Who owns the App?</legend>
<label class="choice"><input type="radio" name="kind" value="organization" checked> An organization</label>
<label class="choice"><input type="radio" name="kind" value="own"> My own account</label>
<div class="field">
<label for="account">Account name on GitHub</label>
<input id="account" name="account" required value="${escape(account)}" placeholder="acme" autocapitalize="none" autocomplete="off" spellcheck="false">
<p class="note">The App can be installed on this account only. Enter the owner of the repositories to serve.</p>
</div>
</fieldset>
<fieldset>
<legend>Production</legend>
<label class="choice of-organization"><input type="checkbox" name="second_person_organization" checked> A second person must approve production</label>
<label class="choice of-own"><input type="checkbox" name="second_person_own"> A second person must approve production</label>
<p class="note">Sets <code>MIN_APPROVALS</code> and <code>FORBID_SELF_APPROVAL</code>. Without them, anyone who can push to a default branch can release alone.</p>
</fieldset>
<button>Continue</button>
</form>`;
  return page({
    status: mistake === null ? 200 : mistake === 'token' ? 403 : 400,
    title: 'Create the GitHub App',
    body,
  });
}

/** Shows what goes to GitHub before it is sent. */
export function renderConfirm({ action, account, kind, floors, manifest }: Confirmation): Page {
  const { host, origin } = new URL(action);
  const lines = formatEnvLines(floors)
    .trim()
    .split('\n')
    .filter((line) => line !== '');
  const production =
    lines.length === 0
      ? 'the policy file alone decides who approves'
      : lines.map((line) => `<code>${escape(line)}</code>`).join('<br>');
  const body = `
<h1>Create the App on ${escape(host)}</h1>
<dl>
<dt>Owner</dt><dd><strong>${escape(account)}</strong>, ${kind === 'own' ? 'your own account' : 'an organization'}</dd>
<dt>Webhook</dt><dd><code>${escape(manifest.hook_attributes.url)}</code></dd>
<dt>Production</dt><dd>${production}</dd>
</dl>
<form method="post" action="${escape(action)}">
<input type="hidden" name="manifest" value="${escape(JSON.stringify(manifest))}">
<button>Create the App on ${escape(host)}</button>
</form>
<p class="note">To change something, <a href="setup">go back</a>. The token stays valid. An App for another account is refused.</p>
<details>
<summary>Permissions and events of the App</summary>
<ul class="columns">${list(Object.entries(manifest.default_permissions).map(([name, level]) => `${name}: ${level}`))}</ul>
<ul class="columns">${list(manifest.default_events)}</ul>
</details>`;
  return page({ status: 200, title: 'Create the GitHub App', body, formTarget: origin });
}

/** Its keys are discarded here; its owner can generate new ones on GitHub. */
export function renderOtherOwner({ app, typed }: { readonly app: CreatedApp; readonly typed: string }): Page {
  return renderProblem({
    status: 403,
    what: `GitHub created “${app.name}” for ${app.owner}, but you entered ${typed}. Its keys were discarded.`,
    advice: 'Delete that App in its settings on GitHub, and start again at /setup.',
  });
}

/** Without an address GitHub would not know where to deliver. */
export function renderNoAddress(): Page {
  const body = `
<h1>PUBLIC_URL is missing</h1>
<p>GitHub delivers webhooks to this server, so the App needs its public URL.</p>
<section>
<h2>Set PUBLIC_URL and restart</h2>
<pre>PUBLIC_URL=https://imprimatur.example.com</pre>
<p>Set it in <code>.env</code> or in the environment. GitHub and this browser reach the server at this URL. Then reload this page.</p>
</section>`;
  return page({ status: 200, title: 'PUBLIC_URL is missing', body });
}

/** The last page: where the keys are, and what comes next. */
export function renderFinished({ app, kept, variables, hasRegistryUser }: Finished): Page {
  const steps = [
    kept.kind === 'written'
      ? `<strong>Restart the server.</strong> <code>npm start</code> reads <code>.env</code>.`
      : `<strong>Add these lines to the environment of the server</strong>, and restart it. They are shown only once.<pre>${escape(formatEnvLines(variables))}</pre>`,
    ...(variables['WEBHOOK_SECRET'] === undefined
      ? [
          '<strong>Set a webhook secret.</strong> GitHub created none. Enter the same secret, of at least 16 characters, in the App’s settings and in <code>WEBHOOK_SECRET</code>.',
        ]
      : []),
    `<strong>Install the App</strong> on the repositories that it will serve: <a href="${escape(app.url)}/installations/new">install ${escape(app.name)}</a>.`,
    ...(hasRegistryUser
      ? []
      : [
          '<strong>Set the machine user for the registry.</strong> GHCR does not accept App tokens. Set <code>GHCR_USERNAME</code> and <code>GHCR_TOKEN</code>, a classic token with <code>write:packages</code>.',
        ]),
    '<strong>Check <code>/readyz</code>.</strong> It answers 200 once GitHub has accepted the App.',
  ];
  const where =
    kept.kind === 'written'
      ? `Its ID, key and webhook secret are in <code>${escape(kept.path)}</code>, which only its owner can read.`
      : `Its keys are not stored: ${escape(kept.why)}.`;
  const body = `
<h1>${escape(app.name)} was created</h1>
<p>GitHub made the App for <strong>${escape(app.owner)}</strong>. ${where}</p>
<section>
<h2>What to do next</h2>
<ol>${steps.map((step) => `<li>${step}</li>`).join('\n')}</ol>
</section>`;
  return page({ status: 200, title: `${app.name} was created`, body });
}

/** The page for a visit before the restart. */
export function renderMade({ name, owner, url }: CreatedApp): Page {
  const body = `
<h1>${escape(name)} already exists</h1>
<p>GitHub created it for <strong>${escape(owner)}</strong> since this server started: <a href="${escape(url)}">its page</a>. Restart the server with its keys.</p>
<p class="note">If you lost the keys, generate a private key and set a webhook secret in its settings on GitHub. To create another App, restart without <code>APP_ID</code>.</p>`;
  return page({ status: 200, title: `${name} already exists`, body });
}

export function renderProblem(problem: {
  readonly status: number;
  readonly what: string;
  readonly advice: string;
}): Page {
  const body = `
<h1>Set-up failed</h1>
<p>${escape(problem.what)}</p>
<p>${escape(problem.advice).replaceAll('/setup', '<a href="../setup">/setup</a>')}</p>`;
  return page({ status: problem.status, title: 'Set-up failed', body });
}

const STYLE_HASH = createHash('sha256').update(SETUP_STYLE).digest('base64');

function page(content: {
  readonly status: number;
  readonly title: string;
  readonly body: string;
  /** The origin that forms may be sent to besides our own. */
  readonly formTarget?: string;
}): Page {
  const { status, title, body, formTarget = '' } = content;
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(title)} · Imprimatur</title>
<link rel="icon" href="data:,">
<style>${SETUP_STYLE}</style>
</head>
<body>
<header>Imprimatur</header>
<main>${body}
</main>
</body>
</html>
`;
  const policy = [
    "default-src 'none'",
    'img-src data:',
    `style-src 'sha256-${STYLE_HASH}'`,
    `form-action 'self' ${formTarget}`.trim(),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  const headers = {
    'Content-Security-Policy': policy.join('; '),
    // Keys may be on it, and the address of the callback holds the code.
    'Cache-Control': 'no-store',
    // Not no-referrer: the form would then be posted with `Origin: null`.
    'Referrer-Policy': 'strict-origin',
    'X-Content-Type-Options': 'nosniff',
  };
  return { status, type: 'text/html', body: html, headers };
}

function list(items: readonly string[]): string {
  return items.map((item) => `<li><code>${escape(item)}</code></li>`).join('');
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
