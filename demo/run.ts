// The demo: plays the main job against a GitHub and a registry on this machine, and prints each step as it happens.
import { isatty } from 'node:tty';
import { parseArgs } from 'node:util';
import { playDeployment } from './acts/deployments.ts';
import { playHotfix } from './acts/hotfix.ts';
import { playLifecycle } from './acts/lifecycle.ts';
import { playPolicy } from './acts/policy.ts';
import { findCard, playPromotion, playRequest } from './acts/promote.ts';
import { playRollback } from './acts/rollback.ts';
import { playStaging } from './acts/staging.ts';
import { playVersion } from './acts/version.ts';
import { checkManners, showAudit, showCard, showTags, stopApp } from './epilogue.ts';
import { serveStage } from './serve.ts';
import { openStage } from './stage.ts';
import { createPrinter, formatMs, StepFailed } from './terminal/printer.ts';
import { plain } from './terminal/spans.ts';

type Options = { readonly serve: boolean; readonly card: boolean; readonly breakAt: 'approve' | null };

const USAGE = `Usage: npm run demo [-- --serve | --card]

  --serve          leave everything running, to be tried by hand with curl
  --card           print the first card as Markdown, and end there
  --break approve  make the reviewer a mere reader: the demo then has to fail
  --help           this text
`;

const options = readOptions(process.argv.slice(2));
// The card is the output that was asked for: what happens on the way to it is told beside it.
const printer = options.card
  ? createPrinter({ stream: process.stderr, isTerminal: isatty(2), env: process.env })
  : createPrinter({ stream: process.stdout, isTerminal: isatty(1), env: process.env });
const closings: (() => Promise<unknown>)[] = [];
let isInterrupted = false;
const interrupted = Promise.withResolvers<'interrupted'>();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    isInterrupted = true;
    interrupted.resolve('interrupted');
  });
}
/** Ctrl-C is how a served demo ends well, and how any other is broken off. */
const brokenOff = options.serve ? [] : [interrupted.promise];

const ending = await Promise.race([playAll(), ...brokenOff]);
const closed = await closeAll();
// A wait that lost its race may still hold a timer.
process.exit(ending === 'done' && closed ? 0 : ending === 'interrupted' ? 130 : 1);

async function playAll(): Promise<'done' | 'failed'> {
  try {
    await play();
    return 'done';
  } catch (error) {
    // What we tear down ourselves is no news.
    if (isInterrupted && !options.serve) return 'failed';
    const step = error instanceof StepFailed ? error.step : 'the demo itself';
    const reason = error instanceof Error ? (error instanceof StepFailed ? error.message : error.stack) : String(error);
    process.stderr.write(`\nThis did not happen: ${step}\n${reason}\n`);
    return 'failed';
  }
}

async function play(): Promise<void> {
  const started = performance.now();
  printer.heading('Imprimatur: a staging image goes to production, by comment and approval');
  printer.heading('Start');
  const stage = await openStage({
    printer,
    cast: { bob: options.breakAt === 'approve' ? 'read' : 'write' },
    defer: (close) => closings.unshift(close),
  });
  printer.heading('Promotions, refusals and rollbacks');
  if (options.card) {
    const { issue } = await playRequest(stage, printer);
    process.stdout.write(`${findCard(stage, issue)?.body.trim() ?? ''}\n`);
    return;
  }
  const promoted = await playPromotion(stage, printer);
  await playDeployment(stage, printer, promoted);
  await playVersion(stage, printer, promoted.build);
  await playPolicy(stage, printer, promoted.build);
  await playRollback(stage, printer);
  await playHotfix(stage, printer);
  await playStaging(stage, printer);
  await playLifecycle(stage, printer);
  await checkManners(stage, printer);
  showTags(promoted, printer);
  showCard(stage, promoted, printer);
  await showAudit(stage, promoted, printer);
  const took = formatMs(performance.now() - started);
  if (options.serve) await serveStage({ stage, printer, issue: promoted.issue, until: interrupted.promise });
  printer.heading('Stop');
  await stopApp(stage, printer);
  printer.lines([[plain(`The demo took ${took}.`)]]);
}

async function closeAll(): Promise<boolean> {
  const results: boolean[] = [];
  for (const close of closings) {
    try {
      await close();
      results.push(true);
    } catch (error) {
      process.stderr.write(`could not clean up: ${error instanceof Error ? error.message : String(error)}\n`);
      results.push(false);
    }
  }
  return results.every(Boolean);
}

function readOptions(args: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        serve: { type: 'boolean' },
        card: { type: 'boolean' },
        break: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
    if (values.help === true) {
      process.stdout.write(USAGE);
      process.exit(0);
    }
    if (values.break !== undefined && values.break !== 'approve')
      throw new Error(`nothing to break at ${values.break}`);
    if (values.serve === true && values.card === true) throw new Error('--card ends where --serve would begin');
    return {
      serve: values.serve === true,
      card: values.card === true,
      breakAt: values.break === 'approve' ? 'approve' : null,
    };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exit(2);
  }
}
