// `npm run fuzz -- --runs 100000 --seed 7 comments`: the fuzz suites with that many inputs for each property, all or those named.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
  },
  allowPositionals: true,
});
const suites = positionals.length === 0 ? ['test/fuzz/'] : positionals.map((name) => `test/fuzz/${name}`);
console.log(`seed ${values.seed}`);
const { status } = spawnSync('vitest', ['run', '--testTimeout=0', ...suites], {
  env: { ...process.env, FUZZ_RUNS: values.runs, FUZZ_SEED: values.seed },
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
