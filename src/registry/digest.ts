// Computes digests of bytes, with the algorithm that is asked for.
import { createHash } from 'node:crypto';
import { parseDigest, type Digest } from '../domain/image/reference.ts';

/** The digest of `bytes` by the algorithm of `like` (sha256 when there is none to follow). */
export function digestOf(bytes: Uint8Array, like: Digest | null = null): Digest {
  const algorithm = like === null ? 'sha256' : like.slice(0, like.indexOf(':'));
  const digest = parseDigest(`${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`);
  if (digest === null) throw new TypeError(`${algorithm} makes no legal digest`);
  return digest;
}
