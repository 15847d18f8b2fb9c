// The bench: measures what we promise about speed, each figure beside a peer, and prints whether it holds.
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { benchApply } from './apply.ts';
import { createReport, type Report } from './report.ts';

type Counts = { readonly rounds: number };
type Bench = { readonly name: string; readonly run: (report: Report, counts: Counts) => Promise<void> };

const BENCHES: readonly Bench[] = [{ name: 'apply', run: (report, { rounds }) => benchApply(report, { rounds }) }];
const FULL: Counts = { rounds: 10 };
const QUICK: Counts = { rounds: 2 };

const { values } = parseArgs({ options: { only: { type: 'string' }, quick: { type: 'boolean' } } });
const report = createReport((text) => process.stdout.write(text));
report.line(`Node ${process.version} on ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}`);
for (const { name, run } of BENCHES) {
  if (values.only === undefined || values.only.split(',').includes(name))
    await run(report, values.quick ? QUICK : FULL);
}
process.exit(0);
