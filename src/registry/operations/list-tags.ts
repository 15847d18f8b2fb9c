// Lists all tags of a repository, page by page.
import type { ImageRepository, Tag } from '../../domain/image/reference.ts';
import { OutsideError } from '../../net/outside-error.ts';
import { readTagPage } from '../tags.ts';
import type { Reply, Sender } from '../transport/requests.ts';

export type TagOperations = {
  /** All tags, page by page, in the registry's order; invalid names are dropped. `repository-unknown`, `tag-list-too-long`. */
  readonly listTags: (repository: ImageRepository) => Promise<readonly Tag[]>;
};

const MAX_TAG_PAGE_BYTES = 4 * 1024 * 1024;
const MAX_TAG_PAGES = 1000;
const MAX_TAGS = 100_000;

export function createListTags(send: Sender): TagOperations['listTags'] {
  return async (repository) => {
    const what = `tags of ${repository}`;
    const tags = new Set<Tag>();
    let path: string | null = 'tags/list';
    for (let page = 1; path !== null; page += 1) {
      if (page > MAX_TAG_PAGES || tags.size > MAX_TAGS) {
        const message = `GET ${what}: more than ${MAX_TAG_PAGES} pages or ${MAX_TAGS} tags`;
        throw new OutsideError(message, { code: 'tag-list-too-long', retryable: false });
      }
      const { answer, url, toError }: Reply = await send({
        repository,
        access: 'pull',
        method: 'GET',
        path,
        read: { maxBytes: MAX_TAG_PAGE_BYTES, tooLargeCode: 'tag-list-too-long' },
        what,
        unknownCode: 'repository-unknown',
      });
      if (answer.status !== 200) throw toError();
      const read = readTagPage({
        body: answer.body,
        link: answer.headers.get('link') ?? [],
        url,
        what: `GET ${what}`,
      });
      for (const tag of read.tags) tags.add(tag);
      path = read.next;
    }
    return [...tags];
  };
}
