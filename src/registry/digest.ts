// Computes digests of bytes with the requested algorithm, and compares them with those in an answer.
import { createHash } from 'node:crypto';
import { parseDigest, type Digest } from '../domain/image/reference.ts';
import { OutsideError } from '../net/outside-error.ts';
import { headerOf, type Answer } from './transport/transport.ts';

/** The digest of `bytes` by the algorithm of `like`, else sha256. */
export function digestOf(bytes: Uint8Array, like: Digest | null = null): Digest {
  const algorithm = like === null ? 'sha256' : like.slice(0, like.indexOf(':'));
  const digest = parseDigest(`${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`);
  if (digest === null) throw new TypeError(`${algorithm} makes no valid digest`);
  return digest;
}

/** The computed digest of a manifest answer. It must match the requested one and the one the registry names. */
export function checkDigest(args: {
  readonly answer: Answer;
  readonly wanted: Digest | null;
  readonly what: string;
}): Digest {
  const { answer, wanted, what } = args;
  const header = headerOf(answer, 'docker-content-digest');
  const named = header === null ? null : parseDigest(header);
  const seen = digestOf(answer.body, wanted ?? named);
  if (wanted !== null && seen !== wanted) throw mismatch({ what, wanted, seen });
  if (header !== null && (wanted === null || sameAlgorithm(header, wanted)) && header !== seen) {
    throw mismatch({ what, wanted: header, seen });
  }
  return seen;
}

export function mismatch(args: {
  readonly what: string;
  readonly wanted: string;
  readonly seen: string;
}): OutsideError {
  const message = `${args.what}: the digest should be ${args.wanted}, but it is ${args.seen}`;
  return new OutsideError(message, { code: 'digest-mismatch', retryable: false });
}

function sameAlgorithm(left: string, right: string): boolean {
  return left.split(':')[0] === right.split(':')[0];
}
