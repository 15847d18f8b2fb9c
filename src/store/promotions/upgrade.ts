// Turns a promotion document of an older format into today's: one pure step per format.
import type { UpgradeStep } from '../documents/document-format.ts';

/**
 * `PROMOTION_STEPS[0]` turns format 1 into format 2. Whoever changes the schema of a promotion (a member, a state, a code)
 * adds a step, and lays a document of the new format into `test/fixtures/documents/`; a test compares both.
 */
export const PROMOTION_STEPS: readonly UpgradeStep[] = [];
