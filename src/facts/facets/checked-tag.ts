// Compares the image with what the staging check of its commit examined, first and last.
import { commitOf, known } from '../../domain/image/image-facts.ts';
import { facet } from '../facet.ts';

export const checkedTag = facet<'checkedTag', 'lineage'>({
  needs: ['lineage'],
  cost: 'database: one statement',
  collect: async (facts, { subject, sources }) => {
    const commit = commitOf(facts);
    const examined = commit === null ? [] : await sources.stagingChecksOf(commit);
    // Applies to any source: another tag of the same commit, or a digest, would hide that it was never examined.
    const { digest: holds } = subject;
    const checks = examined.filter(({ image }) => image === subject.repository);
    const other = checks.findLast(({ digest }) => digest !== holds);
    if (other === undefined) return known({ kind: 'same' });
    const { tag, digest: checked, checkedAt, now: readAt } = other;
    // Anybody with write access can run the check again, so that alone proves nothing.
    const isRechecked = checks.at(-1)?.digest === holds;
    return known({ kind: 'overwritten', isRechecked, tag, checked, checkedAt, holds, readAt });
  },
});
