// `setup`: creates a new token for `/setup`, for when the printed one has expired or was lost.
import { issueSetupToken, TOKEN_LIFE_MS } from '../../engine/installations/setup-token.ts';
import { jsonFlag, type CliCommand } from '../command.ts';
import { formatJson } from '../render/json.ts';

export const setup: CliCommand = {
  name: 'setup',
  summary: 'Create a new one-time token for the page /setup. It replaces the last one.',
  flags: { json: jsonFlag },
  example: 'imprimatur setup',
  run: async ({ switches }, services) => {
    const { out, now } = services;
    const token = await issueSetupToken(await services.store(), now());
    const expiresAt = new Date(now() + TOKEN_LIFE_MS).toISOString();
    if (switches.has('json')) await out.write(formatJson({ token, expiresAt }));
    else await out.write(`${token}\nEnter it on the page /setup of the server before ${expiresAt}.\n`);
    return 0;
  },
};
