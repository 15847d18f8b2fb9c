// Reads small blobs, and checks whether a blob exists.
import { formatReference, type Digest, type ImageRepository } from '../../domain/image/reference.ts';
import { digestOf, mismatch } from '../digest.ts';
import type { Reply, Sender } from '../transport/requests.ts';
import type { WireRequest } from '../transport/transport.ts';

export type BlobOperations = {
  /** A small blob such as a config, digest checked. `blob-unknown`, `blob-too-large`, `digest-mismatch`. */
  readonly fetchBlob: (args: {
    readonly repository: ImageRepository;
    readonly digest: Digest;
    readonly maxBytes: number;
  }) => Promise<Uint8Array>;
  readonly blobExists: (repository: ImageRepository, digest: Digest) => Promise<boolean>;
};

export function createBlobOperations(send: Sender): BlobOperations {
  function askBlob(args: {
    readonly method: 'GET' | 'HEAD';
    readonly repository: ImageRepository;
    readonly digest: Digest;
    readonly read: WireRequest['read'];
  }): Promise<Reply> {
    const { repository, digest, method, read } = args;
    const what = `blob ${formatReference(repository, digest)}`;
    const unknownCode = 'blob-unknown';
    return send({ repository, access: 'pull', method, path: `blobs/${digest}`, read, what, unknownCode });
  }

  return {
    async fetchBlob({ repository, digest, maxBytes }) {
      const read = { maxBytes, tooLargeCode: 'blob-too-large' };
      const { answer, toError } = await askBlob({ method: 'GET', repository, digest, read });
      if (answer.status !== 200) throw toError();
      const seen = digestOf(answer.body, digest);
      if (seen !== digest) throw mismatch({ what: formatReference(repository, digest), wanted: digest, seen });
      return answer.body;
    },

    async blobExists(repository, digest) {
      const head = await askBlob({ method: 'HEAD', repository, digest, read: 'nothing' });
      if (head.answer.status === 200) return true;
      if (head.answer.status === 404 && !head.answer.foreign) return false;
      // Storage hosts sign their links for one method, and some registries have no HEAD.
      const { answer, toError } = await askBlob({ method: 'GET', repository, digest, read: 'nothing' });
      if (answer.status === 200) return true;
      if (answer.status === 404) return false;
      throw toError();
    },
  };
}
