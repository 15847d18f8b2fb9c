// `migrate`: brings the database to the shape that this version wants, as the server does when it starts.
import { migrate as migrateStore } from '../../store/database/migrations.ts';
import { jsonFlag, type CliCommand } from '../command.ts';
import { formatJson } from '../render/json.ts';

export const migrate: CliCommand = {
  name: 'migrate',
  summary: 'Bring the database up to date, or make it. The server does so as well when it starts.',
  flags: { json: jsonFlag },
  example: 'imprimatur migrate',
  run: async ({ switches }, services) => {
    const { out, now } = services;
    const store = await services.newStore();
    const { from, to } = await migrateStore(store, now());
    const summary =
      from === to
        ? `The database has schema ${to} already.`
        : `The database has schema ${to} now, ${from === 0 ? 'and was empty before' : `after ${from}`}.`;
    await out.write(switches.has('json') ? formatJson({ from, to }) : `${summary}\n`);
    return 0;
  },
};
