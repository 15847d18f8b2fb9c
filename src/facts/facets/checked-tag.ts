// Compares what the commit's tag holds now with what it held when the staging check examined it.
import { commitOf, known } from '../../domain/image/image-facts.ts';
import { facet } from '../facet.ts';

export const checkedTag = facet<'checkedTag', 'lineage'>({
  needs: ['lineage'],
  cost: 'database: one statement; registry: one request where the promotion was asked for by another tag',
  collect: async (facts, { subject, sources }) => {
    const commit = commitOf(facts);
    const check = commit === null ? null : await sources.stagingCheckOf(commit);
    if (check === null || check.image !== subject.repository) return known({ kind: 'same' });
    const { tag, digest: checked, checkedAt, now: readAt } = check;
    const isAskedFor = tag === subject.tag;
    const holds = isAskedFor ? subject.digest : await sources.registry.findDigest(subject.repository, tag);
    if (holds === null || holds === checked) return known({ kind: 'same' });
    return known({ kind: 'overwritten', tag, checked, checkedAt, holds, readAt });
  },
});
