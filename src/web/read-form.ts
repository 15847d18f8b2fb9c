// Reads a small form that a page of ours posted.
import type { IncomingMessage } from 'node:http';

const MAX_FORM_BYTES = 16 * 1024;

/** Null: not a form, too large, or ended early. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams | null> {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';');
  if (type.trim().toLowerCase() !== 'application/x-www-form-urlencoded') return null;
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      if (!(chunk instanceof Buffer)) return null;
      length += chunk.length;
      if (length > MAX_FORM_BYTES) return null;
      chunks.push(chunk);
    }
  } catch {
    // The sender is gone: nobody reads the answer.
    return null;
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}
