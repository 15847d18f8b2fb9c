// Turns a promotion document of an older format into today's: one pure step per format.
import type { UpgradeStep } from '../documents/document-format.ts';

/**
 * `PROMOTION_STEPS[0]` turns format 1 into format 2. Whoever changes the schema so that the documents in
 * `test/fixtures/documents/` can't be read any more adds a step, and documents of the new format beside them.
 */
export const PROMOTION_STEPS: readonly UpgradeStep[] = [];
