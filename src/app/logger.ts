// Creates the log: one line per event, as JSON or for a terminal, without secrets.
import { pino, stdTimeFunctions, type Logger } from 'pino';
import type { Config } from '../config/env.ts';
import { jsonLogLine, prettyLogLine } from '../messages/log/log-line.ts';
import { redact } from '../net/redact.ts';
import { logError } from './log-error.ts';

/** No field holds a secret. A secret inside an error is redacted when the line is written. */
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

/** The secrets as JSON spells them. A database password may be a plain word, and plain words are not redacted. */
function loggedSecrets({ app, ghcr, databaseUrl }: Pick<Config, 'app' | 'ghcr' | 'databaseUrl'>): readonly string[] {
  const password = URL.parse(databaseUrl)?.password ?? '';
  const secrets = [...(app?.webhookSecrets ?? []), ghcr?.token ?? '', password.length < 12 ? '' : password];
  return secrets.map((secret) => JSON.stringify(secret).slice(1, -1));
}
