// Makes the log: one line per event, as JSON or for a terminal, and no secret in it.
import { pino, stdTimeFunctions, type Logger } from 'pino';
import type { Config } from '../config/env.ts';
import { jsonLogLine, prettyLogLine } from '../messages/log/log-line.ts';
import { redact } from '../net/redact.ts';
import { logError } from './log-error.ts';

/** No field holds a secret; what an error may carry along is redacted as it is written. */
export function createLogger(config: Pick<Config, 'log' | 'app' | 'ghcr' | 'databaseUrl'>): Logger {
  const { level, format } = config.log;
  const secrets = loggedSecrets(config);
  const inert = format === 'pretty' ? prettyLogLine : jsonLogLine;
  return pino({
    level,
    timestamp: stdTimeFunctions.isoTime,
    serializers: { err: logError },
    redact: ['*.authorization', '*.headers.authorization', '*.token', '*.password'],
    hooks: { streamWrite: (line) => inert(redact(line, secrets)) },
    ...(format === 'pretty' ? { transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname' } } } : {}),
  });
}

/** As they stand in JSON. Passwords of databases may be words, and words are left alone. */
function loggedSecrets({ app, ghcr, databaseUrl }: Pick<Config, 'app' | 'ghcr' | 'databaseUrl'>): readonly string[] {
  const password = URL.parse(databaseUrl)?.password ?? '';
  const secrets = [...(app?.webhookSecrets ?? []), ghcr?.token ?? '', password.length < 12 ? '' : password];
  return secrets.map((secret) => JSON.stringify(secret).slice(1, -1));
}
