// Values that the store's tests start from.
import { createHash } from 'node:crypto';
import type { JournalEntry } from '../../src/domain/decide.ts';
import type { Promotion, Repo } from '../../src/domain/promotion/promotion.ts';
import {
  parseDigest,
  parseImageRepository,
  parseRepoName,
  parseTag,
  type Digest,
  type ImageRepository,
  type Tag,
} from '../../src/domain/image/reference.ts';
import type { Store } from '../../src/store/database/database.ts';
import { insertPromotion } from '../../src/store/promotions/promotions.ts';
import { lockRepo, saveRepo, takePromotionNumber } from '../../src/store/repos.ts';

export const NOW = 1_790_000_000_000;

export const repo: Repo = { id: 42, name: legal(parseRepoName, 'acme/dotca'), installationId: 7 };
export const image = legal(parseImageRepository, 'ghcr.io/acme/dotca');

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A digest that is easy to tell from others. */
export function digest(letter: string): Digest {
  return legal(parseDigest, `sha256:${letter.repeat(64)}`);
}

export function tag(text: string): Tag {
  return legal(parseTag, text);
}

export function repository(text: string): ImageRepository {
  return legal(parseImageRepository, text);
}

export function promotion(over: Partial<Promotion> = {}): Promotion {
  return {
    id: 'promotion-1',
    number: 1,
    repo,
    requestedAs: repo.name,
    environment: 'production',
    kind: 'promotion',
    requester: { id: 1, login: 'ada' },
    reason: null,
    force: false,
    versionTag: null,
    source: { typed: 'abc1234', tag: tag('staging-abc1234') },
    images: [{ repository: image, digest: digest('a'), commit: null, commitTag: null, platforms: [] }],
    baseline: [],
    findings: [],
    reviews: [],
    moves: [],
    policyBlob: 'none',
    rulesHash: '0'.repeat(64),
    otherReviewers: 'unknown',
    notice: null,
    thread: { issue: 5 },
    state: { kind: 'examining', again: false },
    version: 1,
    createdAt: NOW,
    updatedAt: NOW,
    ...over,
  };
}

export function entry(tagName: string, over: Partial<JournalEntry> = {}): JournalEntry {
  return { repository: image, tag: tag(tagName), kind: 'floating', baseline: null, target: digest('a'), ...over };
}

/** Stores a new promotion as a commit does: repository first, then the number that it gets. */
export async function storePromotion(store: Store, over: Partial<Promotion> = {}): Promise<Promotion> {
  return store.transaction(async (tx) => {
    const owner = over.repo ?? repo;
    await saveRepo(tx, owner, NOW);
    await lockRepo(tx, owner.id);
    const number = await takePromotionNumber(tx, owner.id);
    const stored = promotion({ id: `promotion-${owner.id}-${number}`, number, ...over });
    await insertPromotion(tx, stored);
    return stored;
  });
}

export function legal<T>(parse: (text: string) => T | null, text: string): T {
  const value = parse(text);
  if (value === null) throw new Error(`the test uses an illegal ${text}`);
  return value;
}
