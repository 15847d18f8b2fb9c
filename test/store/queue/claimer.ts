// A process of its own that claims and finishes jobs until none is left, and prints their ids.
import { openStore } from '../../../src/store/database/database.ts';
import { claimJob, finishJob } from '../../../src/store/queue/jobs.ts';

const [url = '', lease = ''] = process.argv.slice(2);
const store = await openStore({ url });
const ids: number[] = [];
for (;;) {
  const job = await claimJob(store.db, { now: 10, lease, leaseMs: 1000 });
  if (job === null) break;
  ids.push(job.id);
  await store.transaction((tx) => finishJob(tx, { id: job.id, lease, now: 11 }));
}
await store.close();
console.log(JSON.stringify(ids));
