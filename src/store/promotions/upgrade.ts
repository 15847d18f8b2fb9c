// Turns a promotion document of an older format into today's: one pure step per format.
import { z } from 'zod';
import type { AnyDocument, UpgradeStep } from '../documents/document-format.ts';

/**
 * `PROMOTION_STEPS[0]` turns format 1 into format 2. A change of the schema that makes the documents in
 * `test/fixtures/documents/` unreadable needs a new step, and documents of the new format there.
 */
export const PROMOTION_STEPS: readonly UpgradeStep[] = [withTargetOrigin, withDeploymentReporter, withOtherDeployment];

/** Format 2 records how the target of a rollback is known. An older rollback that still waits is examined again. */
function withTargetOrigin(document: AnyDocument): AnyDocument {
  const rollback = Rollback.safeParse(document);
  if (!rollback.success) return document;
  const target = { kind: 'unproven', because: 'not-recorded', promotion: null, forced: false };
  return { ...document, source: { ...rollback.data.source, target } };
}

const Rollback = z.looseObject({ kind: z.literal('rollback'), source: z.looseObject({}) });

/** Format 3 may record who reported on the deployment, and a report that does not count. An older document has neither. */
function withDeploymentReporter(document: AnyDocument): AnyDocument {
  return document;
}

/** In format 4 the target of a rollback may be one that was deployed to another environment of GitHub's. */
function withOtherDeployment(document: AnyDocument): AnyDocument {
  return document;
}
