// Leaves the stage running for people: a tiny HTTP door to say and click things, and the thread as it goes on.
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { readTags } from './registry-client.ts';
import { join } from 'node:path';
import { IMAGE, type Stage } from './stage.ts';
import { renderMarkdown } from './terminal/markdown.ts';
import type { Printer } from './terminal/printer.ts';
import { createPaint, faint, plain, type Line } from './terminal/spans.ts';

type Answer = { readonly status: number; readonly text: string };
type Thread = { readonly stage: Stage; readonly issue: number };

const Login = z.string().regex(/^[a-z\d](?:[a-z\d-]{0,38})$/i, 'by: a login, such as bob');
const Say = z.object({ issue: z.number().default(1), by: Login, body: z.string().min(1) });
const Click = z.object({ by: Login, action: z.enum(['approve', 'reject', 'promote']).default('approve') });
const BuildOrder = z.object({ message: z.string().min(1).default('More work') });

const MAX_BODY_BYTES = 100_000;
const NEVER_MS = 2 ** 31 - 1;
const TEXT_WIDTH = 100;

/** Resolves when `until` does. */
export async function serveStage(args: {
  readonly stage: Stage;
  readonly printer: Printer;
  readonly issue: number;
  readonly until: Promise<unknown>;
}): Promise<void> {
  const { stage, printer, issue } = args;
  const next = await stage.build({ message: 'Remember me' });
  const server = createServer((request, response) => {
    void respond({ stage, issue }, request, response);
  });
  const url = await listen(server);
  const envFile = await writeEnvFile(stage);
  printer.heading('The demo keeps running');
  printer.lines(help({ stage, url, issue, tag: next.tag, envFile }).map((text) => [plain(text)]));
  printer.heading(`Issue #${issue}, from here on`);
  await Promise.race([args.until, follow({ stage, issue }, printer), stage.app.died]);
  server.closeAllConnections();
  server.close();
}

function help(args: {
  readonly stage: Stage;
  readonly url: string;
  readonly issue: number;
  readonly tag: string;
  readonly envFile: string;
}): readonly string[] {
  const { stage, url, issue, tag, envFile } = args;
  const cli = (line: string): string => `  env $(cat ${envFile}) npm run --silent cli -- ${line}`;
  const post = (path: string, body: object): string => `  curl ${url}${path} -d '${JSON.stringify(body)}'`;
  return [
    `App       ${stage.app.url}  (/healthz, /readyz, /metrics)`,
    `GitHub    ${stage.github.url}`,
    `Registry  ${stage.registry.url}/v2/`,
    `Database  ${stage.env['DATABASE_URL']}`,
    '',
    'The people, with their roles on GitHub:',
    '',
    ...layoutTable(Object.entries(stage.people).map(([login, role]) => [login, role, POWERS[role]])),
    '',
    'The accounts of the registry, with their passwords:',
    '',
    ...layoutTable(stage.accounts.map(({ username, password, rights }) => [username, password, rights])),
    '',
    `The build server has just pushed ${tag}. Comment, click a button, build another image:`,
    '',
    post('/say', { issue, by: 'ada', body: `/promote ${tag}` }),
    post('/click', { by: 'bob', action: 'approve' }),
    post('/say', { issue, by: 'bob', body: '/status production' }),
    post('/build', { message: 'More work' }),
    post('/click', { by: 'ada', action: 'promote' }),
    `  curl ${url}/issues/${issue}`,
    `  curl ${url}/tags`,
    '',
    `The command line, in this folder. ${envFile} has the credentials of the App and of the registry:`,
    '',
    cli('status'),
    cli(`inspect ${IMAGE}:${tag}`),
    cli(`plan ${IMAGE}:${tag}`),
    cli(`tags ${IMAGE}`),
    cli(`diff ${IMAGE}:main ${IMAGE}:${tag}`),
    '',
    'Press Ctrl-C to stop.',
  ];
}

/** What a role is good for under the default policy. */
const POWERS = {
  read: 'can only read',
  write: 'can request, approve and roll back',
  maintain: 'can also promote with force',
} as const satisfies Readonly<Record<Stage['people'][string], string>>;

/** One line per row, indented. */
function layoutTable(rows: readonly (readonly [string, string, string])[]): readonly string[] {
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map(
    ([first, second, third]) => `  ${first.padEnd(widths[0] ?? 0)}  ${second.padEnd(widths[1] ?? 0)}  ${third}`,
  );
}

/** The variables of the app's process, without blanks in their values, so that a shell can take them from the file. */
async function writeEnvFile({ env }: Stage): Promise<string> {
  const { HOST: _host, PORT: _port, LOG_FORMAT: _format, PRIVATE_KEY: key = '', ...rest } = env;
  const variables = { ...rest, PRIVATE_KEY: Buffer.from(key).toString('base64') };
  const file = join(env['DOCKER_CONFIG'] ?? '', 'demo.env');
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(file, lines.join(''), { mode: 0o600 });
  return file;
}

async function respond(thread: Thread, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, text } = await answer(thread, request);
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

async function answer(thread: Thread, request: IncomingMessage): Promise<Answer> {
  try {
    const { pathname } = new URL(request.url ?? '/', 'http://demo');
    switch (`${request.method} ${pathname}`) {
      case 'POST /say':
        return await say(thread, Say.parse(await readJson(request)));
      case 'POST /click':
        return await click(thread, Click.parse(await readJson(request)));
      case 'POST /build': {
        const { message } = BuildOrder.parse(await readJson(request));
        const { sha: commit } = await thread.stage.repo.push('staging', { message });
        const { tag, digest } = await thread.stage.build({ message, commit });
        await thread.stage.repo.packageEvent({ digest, tag });
        return { status: 201, text: `${tag} = ${digest}` };
      }
      case `GET /issues/${thread.issue}`:
        return { status: 200, text: threadAsText(thread) };
      case 'GET /tags': {
        const tags = [...(await readTags(thread.stage.visitor))].toSorted(([a], [b]) => a.localeCompare(b));
        return { status: 200, text: tags.map(([tag, digest]) => `${digest}  ${tag}`).join('\n') };
      }
      default:
        return {
          status: 404,
          text: `Not found. Use POST /say, /click or /build, or GET /issues/${thread.issue} or /tags`,
        };
    }
  } catch (error) {
    if (error instanceof z.ZodError) {
      const problems = error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
      return { status: 400, text: ['The body is not valid:', ...problems].join('\n') };
    }
    return { status: 400, text: error instanceof Error ? error.message : String(error) };
  }
}

async function say({ stage, issue }: Thread, order: z.infer<typeof Say>): Promise<Answer> {
  if (order.issue !== issue) return { status: 404, text: `There is one issue here: #${issue}` };
  const { delivery } = await stage.repo.comment(order);
  return { status: 202, text: `${order.by} said it; the app answered its webhook with HTTP ${delivery.status}` };
}

async function click({ stage }: Thread, { by, action }: z.infer<typeof Click>): Promise<Answer> {
  const run = stage.builds
    .toReversed()
    .flatMap(({ commit }) => stage.repo.checkRuns(commit).toReversed())
    .find(({ actions }) => actions.some(({ identifier }) => identifier.startsWith(`${action}:`)));
  if (run === undefined) return { status: 409, text: `No check run shows the button ${action} now` };
  const { status } = await stage.repo.click({ checkRun: run.id, action, by });
  return { status: 202, text: `${by} clicked ${action}; the app answered its webhook with HTTP ${status}` };
}

function threadAsText({ stage, issue }: Thread): string {
  const paint = createPaint({ coloured: false });
  return stage.repo
    .comments(issue)
    .flatMap(({ author, body }) => [`── ${author}`, ...renderMarkdown(body, TEXT_WIDTH).map(paint), ''])
    .join('\n');
}

/** Prints what is new or changed in the thread whenever the app did something. */
async function follow({ stage, issue }: Thread, printer: Printer): Promise<void> {
  const shown = new Map(stage.repo.comments(issue).map(({ id, body }) => [id, body]));
  const news = (): ReturnType<Stage['repo']['comments']> =>
    stage.repo.comments(issue).filter(({ id, body }) => shown.get(id) !== body);
  for (;;) {
    await stage.github.until(() => news().length > 0, { what: 'news', timeoutMs: NEVER_MS });
    for (const { id, author, body, edited } of news()) {
      shown.set(id, body);
      const head: Line = [faint(`── ${author}${edited ? ', edited' : ''}`)];
      printer.lines([head, ...renderMarkdown(body, printer.width), []]);
    }
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error('The body is too long');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    throw new Error('The body is not valid JSON', { cause: error });
  }
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the demo has no port');
  return `http://127.0.0.1:${address.port}`;
}
