// What drift scenarios share: time until an alarm, the comments that tell it, and cleanup jobs.
import { expect } from 'vitest';
import type { AuditHead } from '../../src/domain/audit/audit.ts';
import type { Drift } from '../../src/domain/promotion/drift.ts';
import { driftKey, renderDrift } from '../../src/messages/drift.ts';
import { withoutAuditLine } from '../../src/messages/log/audit-line.ts';
import { replyMarker } from '../../src/messages/replies/reply-marker.ts';
import { findDrift } from '../../src/store/drifts.ts';
import { findPromotion } from '../../src/store/promotions/promotions.ts';
import type { Historic, Released } from './history.ts';
import { IMAGE } from './world.ts';

export const MINUTE_MS = 60_000;

/** The second read-back and the look that confirms it. */
export async function noticed({ world }: Historic): Promise<void> {
  await world.pass(2 * MINUTE_MS, MINUTE_MS / 4);
}

type Where = Pick<Historic, 'repo' | 'issue'> & { readonly world: Pick<Historic['world'], 'app'> };

/** The alarms of a thread as they read, oldest first. */
export function alarmTexts({ repo, issue }: Pick<Historic, 'repo' | 'issue'>): readonly string[] {
  return repo
    .comments(issue)
    .filter(({ body }) => body.startsWith(ALARM_START))
    .map(({ body }) => body);
}

/** The drifts that are told in a thread, as they are stored, oldest comment first; each comment has to show just that. */
export async function driftsOf({ world, repo, issue }: Where): Promise<readonly Drift[]> {
  const { db } = world.app.store;
  const rows = await db.selectFrom('drifts').select('id').where('repo_id', '=', repo.id).execute();
  const stored = await Promise.all(rows.map(({ id }) => findDrift(db, id)));
  return Promise.all(
    alarmTexts({ repo, issue }).map(async (text) => {
      const drift = stored.find((one) => one !== null && text.startsWith(`${replyMarker(driftKey(one))}\n`));
      const promotion = drift ? await findPromotion(db, drift.promotionId) : null;
      if (!drift || promotion === null) throw new Error('an alarm about no drift');
      expect(withoutAuditLine(text)).toBe(withoutAuditLine(renderDrift({ drift, promotion, auditHead: ANY_HEAD })));
      return drift;
    }),
  );
}

const ANY_HEAD: AuditHead = { seq: 1, hash: '0'.repeat(64) };
const ALARM_START = '<!-- imprimatur reply drift%20';

/** How a drift's tag is stored, for `toMatchObject`. */
export function moved(tag: string, holds: string | null, wanted?: string): object {
  return { kind: 'moved', tag, holds, ...(wanted === undefined ? {} : { wanted }) };
}

/** The alarm in the log. */
export const DRIFT_ALARM = 'production drifted from what was promoted';

/** Deletes the manifest of linux/arm64, as a job does that cleans up untagged versions; answers its digest. */
export function breakChild({ world }: Historic, { image }: Released): string {
  const child = image.children.find(({ platform }) => platform === 'linux/arm64');
  if (child === undefined) throw new Error('an image without linux/arm64');
  world.registry.deleteManifest(IMAGE, child.digest);
  return child.digest;
}
