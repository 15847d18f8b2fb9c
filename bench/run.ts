// The bench: measures what we promise about speed, each figure beside a peer, and prints whether it holds.
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { benchApply } from './apply.ts';
import { benchClick } from './click.ts';
import { benchExamine } from './examine.ts';
import { benchIntake } from './intake.ts';
import { createReport, type Report } from './report.ts';
import { benchMemory, benchStart } from './start.ts';

type Counts = {
  readonly rounds: number;
  readonly clicks: number;
  readonly starts: number;
  readonly promotions: number;
  readonly seconds: number;
  readonly kills: number;
};
type Bench = { readonly name: string; readonly run: (report: Report, counts: Counts) => Promise<void> };

const BENCHES: readonly Bench[] = [
  { name: 'apply', run: benchApply },
  { name: 'examine', run: benchExamine },
  { name: 'click', run: benchClick },
  { name: 'start', run: benchStart },
  { name: 'memory', run: benchMemory },
  { name: 'intake', run: benchIntake },
];
const FULL: Counts = { rounds: 10, clicks: 20, starts: 5, promotions: 100, seconds: 10, kills: 5 };
const QUICK: Counts = { rounds: 2, clicks: 3, starts: 2, promotions: 5, seconds: 3, kills: 1 };
const USAGE = `Usage: npm run bench [-- --quick] [-- --only <names>]

  --quick          small counts: shows that it runs, proves nothing
  --only <names>   some of ${BENCHES.map(({ name }) => name).join(', ')}, with commas
`;

const { values } = parseArgs({
  options: { only: { type: 'string' }, quick: { type: 'boolean' }, help: { type: 'boolean' } },
});
if (values.help === true) {
  process.stdout.write(USAGE);
  process.exit(0);
}
const report = createReport((text) => process.stdout.write(text));
report.line(`Node ${process.version} on ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}`);
for (const { name, run } of BENCHES) {
  if (values.only === undefined || values.only.split(',').includes(name))
    await run(report, values.quick ? QUICK : FULL);
}
report.heading(report.missed.length === 0 ? 'Every target is met.' : `Not met: ${report.missed.join(', ')}.`);
// A figure is no failure; whatever breaks has thrown by now.
process.exit(0);
