// `migrate`: brings the database to the shape that this version wants, as the server does when it starts.
import { findSchemaVersion, migrate as migrateStore } from '../store/migrations.ts';
import { jsonFlag, type CliCommand } from './command.ts';
import { formatJson } from './json.ts';

export const migrate: CliCommand = {
  name: 'migrate',
  says: 'Bring the database up to date, or make it. The server does so as well when it starts.',
  flags: { json: jsonFlag },
  example: 'imprimatur migrate',
  run: async ({ switches }, services) => {
    const { out, now } = services;
    const store = await services.newStore();
    const before = await findSchemaVersion(store);
    await migrateStore(store, now());
    const after = await findSchemaVersion(store);
    const says =
      before === after
        ? `The database has schema ${after} already.`
        : `The database has schema ${after} now, ${before === 0 ? 'and was empty before' : `after ${before}`}.`;
    await out.write(switches.has('json') ? formatJson({ before, after }) : `${says}\n`);
    return 0;
  },
};
