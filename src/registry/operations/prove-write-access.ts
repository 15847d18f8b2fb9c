// Proves the right to push without leaving anything behind.
import { hostOf, type ImageRepository } from '../../domain/image/reference.ts';
import { OutsideError } from '../../net/outside-error.ts';
import { ANSWER_BODY, type Sender } from '../transport/requests.ts';
import { headerOf } from '../transport/transport.ts';

export type WriteAccessOperations = {
  /** Opens an empty upload session, which proves the right to push and leaves nothing behind, and cancels it. */
  readonly proveWriteAccess: (repository: ImageRepository) => Promise<void>;
};

export type RegistryLog = { readonly debug: (fields: Readonly<Record<string, unknown>>, sentence: string) => void };

export function createProveWriteAccess(send: Sender, log: RegistryLog): WriteAccessOperations['proveWriteAccess'] {
  return async (repository) => {
    const what = `upload session in ${repository}`;
    const call = { repository, access: 'push', read: ANSWER_BODY, what, unknownCode: 'repository-unknown' } as const;
    const opened = await send({ ...call, method: 'POST', path: 'blobs/uploads/', body: new Uint8Array() });
    if (opened.answer.status !== 202) throw opened.toError();
    const location = headerOf(opened.answer, 'location') ?? '';
    const session = URL.canParse(location, opened.url.href) ? new URL(location, opened.url) : null;
    if (session?.host !== hostOf(repository)) return;
    // GHCR answers 405 here, and docker-registry requires the right to delete. An open session does no harm.
    try {
      const path = `${session.pathname}${session.search}`;
      const { answer } = await send({ ...call, method: 'DELETE', path, asHeld: true });
      log.debug({ repository, status: answer.status }, 'asked to cancel the upload session of a write probe');
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error;
      log.debug({ repository, error: error.message }, 'could not cancel the upload session of a write probe');
    }
  };
}
