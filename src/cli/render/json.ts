// JSON for scripts: one value, indented, with a line end.
import { escapeUnseen } from '../../messages/escape.ts';

export function formatJson(value: unknown): string {
  return `${escapeUnseen(JSON.stringify(value, null, 2))}\n`;
}
