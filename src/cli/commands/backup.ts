// `backup`: copies the database to a file, while the server runs.
import { resolve } from 'node:path';
import { formatHead } from '../../domain/audit/audit.ts';
import { formatBytes } from '../../messages/format.ts';
import { findAuditHead } from '../../store/audit.ts';
import { backUp } from '../../store/database/backup.ts';
import { openStore } from '../../store/database/database.ts';
import { listAuditedRepos } from '../database/audited-repos.ts';
import { jsonFlag, type CliCommand } from '../command.ts';
import { formatJson } from '../render/json.ts';

export const backup: CliCommand = {
  name: 'backup',
  summary: 'Back up the SQLite database to a file. The server can keep running.',
  args: [{ name: '<file>', summary: 'the backup file; it must not exist yet' }],
  flags: { json: jsonFlag },
  example: 'imprimatur backup backup-20261124.db',
  run: async ({ args, switches }, services) => {
    const { out, terminal } = services;
    const file = resolve(args[0] ?? '');
    terminal.progress('Copying …');
    const sizeBytes = await backUp(await services.store(), file);
    const heads = await readHeads(file);
    terminal.progress(null);
    if (switches.has('json')) {
      await out.write(formatJson({ file, sizeBytes, heads }));
    } else {
      const lines = heads.map(({ repo, head }) => `  ${repo}: audit ${head}\n`);
      await out.write(`${file}: ${formatBytes(sizeBytes)}\n${lines.join('')}`);
    }
    return 0;
  },
};

/** Read from the copy, which also proves that the copy opens. */
async function readHeads(file: string): Promise<readonly { readonly repo: string; readonly head: string }[]> {
  const copy = await openStore({ url: `sqlite:${file}` });
  try {
    const heads: { readonly repo: string; readonly head: string }[] = [];
    for (const { id, name } of await listAuditedRepos(copy, undefined)) {
      const head = await findAuditHead(copy.db, id);
      if (head !== null) heads.push({ repo: name, head: formatHead(head) });
    }
    return heads;
  } finally {
    await copy.close();
  }
}
