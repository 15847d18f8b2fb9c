// `migrate`: migrates the database to this version's schema, as the server does at its start.
import { migrate as migrateStore } from '../../store/database/migrations.ts';
import { jsonFlag, type CliCommand } from '../command.ts';
import { formatJson } from '../render/json.ts';

export const migrate: CliCommand = {
  name: 'migrate',
  summary: 'Create the database, or update its schema. The server does the same when it starts.',
  flags: { json: jsonFlag },
  example: 'imprimatur migrate',
  run: async ({ switches }, services) => {
    const { out, now } = services;
    const store = await services.newStore();
    const { from, to } = await migrateStore(store, now());
    const summary =
      from === to
        ? `The database already has schema ${to}.`
        : from === 0
          ? `Created the database with schema ${to}.`
          : `Updated the database from schema ${from} to ${to}.`;
    await out.write(switches.has('json') ? formatJson({ from, to }) : `${summary}\n`);
    return 0;
  },
};
