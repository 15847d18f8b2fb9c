// Compares the image with the one that the staging check of its commit examined.
import { commitOf, known } from '../../domain/image/image-facts.ts';
import { facet } from '../facet.ts';

export const checkedTag = facet<'checkedTag', 'lineage'>({
  needs: ['lineage'],
  cost: 'database: one statement',
  collect: async (facts, { subject, sources }) => {
    const commit = commitOf(facts);
    const check = commit === null ? null : await sources.stagingCheckOf(commit);
    if (check === null || check.image !== subject.repository) return known({ kind: 'same' });
    const { tag, digest: checked, checkedAt, now: readAt } = check;
    // Applies to any source: another tag of the same commit, or a digest, would hide that it was never examined.
    const { digest: holds } = subject;
    if (holds === checked) return known({ kind: 'same' });
    return known({ kind: 'overwritten', tag, checked, checkedAt, holds, readAt });
  },
});
