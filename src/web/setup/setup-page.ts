// The pages of the set-up, as HTML: no script, no asset from elsewhere, nothing that comes from outside unescaped.
import { createHash } from 'node:crypto';
import type { AppManifest } from '../../config/app-manifest.ts';
import { formatEnvLines, type EnvFileResult } from '../../config/env-file.ts';
import type { CreatedApp } from '../../github/app/manifest.ts';
import type { Page } from '../server.ts';
import { SETUP_STYLE } from './setup-style.ts';

export type Begin = {
  /** Where GitHub takes the manifest, with the state. */
  readonly action: string;
  readonly organization: string | null;
  readonly manifest: AppManifest & { readonly redirect_url: string };
};

export type Finished = {
  readonly app: CreatedApp;
  readonly kept: EnvFileResult;
  readonly variables: Readonly<Record<string, string>>;
  readonly hasRegistryUser: boolean;
};

/** The way to GitHub. */
export function renderBegin({ action, organization, manifest }: Begin): Page {
  const { host, origin } = new URL(action);
  const owner = organization === null ? 'your own account' : `<strong>${escape(organization)}</strong>`;
  const body = `
<h1>Create the GitHub App</h1>
<p>GitHub shows you the App and asks for a name; then it sends you back here with the App’s keys. Be signed in to ${escape(host)} in this browser before you begin.</p>
<section>
<h2>1 · Who owns it?</h2>
<p>The App can be installed only on the account that owns it: choose the one whose repositories it will serve.</p>
<form class="row" method="get" action="">
<label for="organization">Organisation</label>
<input id="organization" name="organization" value="${escape(organization ?? '')}" placeholder="acme" autocapitalize="none" autocomplete="off" spellcheck="false">
<button class="quiet">Use it</button>
</form>
<p class="note">Left empty, it is your own account.</p>
</section>
<section>
<h2>2 · Create it</h2>
<dl>
<dt>Owner</dt><dd>${owner}</dd>
<dt>Webhook</dt><dd><code>${escape(manifest.hook_attributes.url)}</code></dd>
</dl>
<form method="post" action="${escape(action)}">
<input type="hidden" name="manifest" value="${escape(JSON.stringify(manifest))}">
<button>Create it on ${escape(host)}</button>
</form>
<details>
<summary>What it may do, and what it hears of</summary>
<ul class="columns">${list(Object.entries(manifest.default_permissions).map(([name, level]) => `${name}: ${level}`))}</ul>
<ul class="columns">${list(manifest.default_events)}</ul>
</details>
</section>`;
  return page({ status: 200, title: 'Create the GitHub App', body, formTarget: origin });
}

/** Without an address GitHub would not know where to deliver. */
export function renderNoAddress(): Page {
  const body = `
<h1>One thing is missing</h1>
<p>GitHub delivers webhooks to this server, so the App needs its address as it is seen from outside.</p>
<section>
<h2>Set PUBLIC_URL and restart</h2>
<pre>PUBLIC_URL=https://imprimatur.example.com</pre>
<p>in <code>.env</code> or in the environment: the address under which GitHub, and this browser, reach this server. Then open this page again.</p>
</section>`;
  return page({ status: 200, title: 'PUBLIC_URL is missing', body });
}

/** The end: where the keys went, and what comes next. */
export function renderFinished({ app, kept, variables, hasRegistryUser }: Finished): Page {
  const steps = [
    kept.kind === 'written'
      ? `<strong>Restart the server.</strong> <code>npm start</code> reads <code>.env</code> by itself.`
      : `<strong>Put these lines where the server gets its environment from</strong>, and restart it. They are shown only now, and nowhere else.<pre>${escape(formatEnvLines(variables))}</pre>`,
    ...(variables['WEBHOOK_SECRET'] === undefined
      ? [
          '<strong>Set a webhook secret.</strong> GitHub made none: put one of at least 16 characters into the App’s settings, and the same into <code>WEBHOOK_SECRET</code>.',
        ]
      : []),
    `<strong>Install the App</strong> on the repositories that it will serve: <a href="${escape(app.url)}/installations/new">install ${escape(app.name)}</a>.`,
    ...(hasRegistryUser
      ? []
      : [
          '<strong>Name the machine user for the registry.</strong> GHCR takes no tokens of Apps: set <code>GHCR_USERNAME</code> and <code>GHCR_TOKEN</code>, a classic token with <code>write:packages</code>.',
        ]),
    '<strong>Look at <code>/readyz</code>.</strong> It answers 200 once GitHub has accepted the App.',
  ];
  const where =
    kept.kind === 'written'
      ? `Its number, key and webhook secret are in <code>${escape(kept.path)}</code>, which only its owner can read.`
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

/** For whoever opens the set-up once more, before the restart. */
export function renderMade({ name, owner, url }: CreatedApp): Page {
  const body = `
<h1>${escape(name)} was created already</h1>
<p>GitHub made it for <strong>${escape(owner)}</strong> since this server started: <a href="${escape(url)}">its page</a>. Restart the server with its keys.</p>
<p class="note">Are they lost? Its settings on GitHub make a new private key and take a new webhook secret. To make another App instead, restart without <code>APP_ID</code>.</p>`;
  return page({ status: 200, title: `${name} was created already`, body });
}

export function renderProblem(problem: {
  readonly status: number;
  readonly what: string;
  readonly advice: string;
}): Page {
  const body = `
<h1>That did not work</h1>
<p>${escape(problem.what)}</p>
<p>${escape(problem.advice).replaceAll('/setup', '<a href="../setup">/setup</a>')}</p>`;
  return page({ status: problem.status, title: 'That did not work', body });
}

const STYLE_HASH = createHash('sha256').update(SETUP_STYLE).digest('base64');

function page(content: {
  readonly status: number;
  readonly title: string;
  readonly body: string;
  /** Origin that a form may be sent to, besides our own. */
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
