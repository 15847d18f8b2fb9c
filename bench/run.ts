// The bench: measures what we promise about speed, each figure beside a peer, and prints whether it holds.
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { benchApply } from './apply.ts';
import { benchIntake } from './intake.ts';
import { createReport, type Report } from './report.ts';

type Counts = { readonly rounds: number; readonly seconds: number; readonly kills: number };
type Bench = { readonly name: string; readonly run: (report: Report, counts: Counts) => Promise<void> };

const BENCHES: readonly Bench[] = [
  { name: 'apply', run: benchApply },
  { name: 'intake', run: benchIntake },
];
const FULL: Counts = { rounds: 10, seconds: 10, kills: 5 };
const QUICK: Counts = { rounds: 2, seconds: 3, kills: 1 };

const { values } = parseArgs({ options: { only: { type: 'string' }, quick: { type: 'boolean' } } });
const report = createReport((text) => process.stdout.write(text));
report.line(`Node ${process.version} on ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}`);
for (const { name, run } of BENCHES) {
  if (values.only === undefined || values.only.split(',').includes(name))
    await run(report, values.quick ? QUICK : FULL);
}
process.exit(0);
