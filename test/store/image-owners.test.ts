// Whose an image is, and what repositories were called: also where promotions are older than the tables that say so.
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { IMAGE_OWNERS } from '../../src/store/database/schema-changes/image-owners.ts';
import { findImageOwner } from '../../src/store/image-owners.ts';
import { insertJournal } from '../../src/store/promotions/tag-moves.ts';
import { insertPromotion, updatePromotion } from '../../src/store/promotions/promotions.ts';
import { listRepoNames, saveFormerName } from '../../src/store/repo-names.ts';
import { saveRepo } from '../../src/store/repos.ts';
import { onBothEngines } from './engines.ts';
import { parseRepoName } from '../../src/domain/image/reference.ts';
import { digest, entry, image, NOW, promotion, repo, tag } from './fixtures.ts';

const OTHER = { ...repo, id: repo.id + 1 };
const RENAMED = parseRepoName('acme/renamed') ?? repo.name;

onBothEngines(({ fresh }) => {
  test('the first promotion that reached production claims its image; an open one claims nothing', async () => {
    const { db, transaction } = await fresh();
    const reached = { kind: 'promoted', at: NOW } as const;
    const moves = [
      { kind: 'floating', repository: image, tag: tag('main'), baseline: null, digest: digest('a') },
    ] as const;
    await transaction(async (tx) => {
      for (const [id, of] of [
        ['first', repo],
        ['second', OTHER],
      ] as const) {
        await saveRepo(tx, of, NOW);
        await insertPromotion(tx, promotion({ id, number: 1, repo: of, moves }));
      }
    });
    expect(await findImageOwner(db, image)).toBeNull();
    await transaction(async (tx) => {
      await updatePromotion(tx, promotion({ id: 'first', number: 1, repo, moves, version: 2, state: reached }), 1);
      const later = { ...reached, at: NOW + 1 };
      await updatePromotion(
        tx,
        promotion({ id: 'second', number: 1, repo: OTHER, moves, version: 2, state: later }),
        1,
      );
    });
    expect(await findImageOwner(db, image)).toBe(repo.id);
    // The database of a version that had no such table.
    await transaction(async (tx) => {
      for (const id of ['first', 'second']) await insertJournal(tx, id, [entry('main')], NOW);
      await sql`DROP TABLE image_owners`.execute(tx);
      await sql`DROP TABLE repo_names`.execute(tx);
      for (const statement of IMAGE_OWNERS) await sql.raw(statement).execute(tx);
    });
    expect(await findImageOwner(db, image)).toBe(repo.id);
    expect(await listRepoNames(db, repo.id)).toMatchObject([{ name: repo.name.toLowerCase() }]);
  });

  test('a name that was taken over is not unique, and first for the repository that had it before', async () => {
    const { db, transaction } = await fresh();
    await transaction(async (tx) => {
      await saveRepo(tx, OTHER, NOW);
      await saveRepo(tx, { ...repo, name: RENAMED }, NOW + 1);
      await saveFormerName(tx, { repoId: repo.id, name: repo.name });
    });
    const taken = repo.name.toLowerCase();
    expect(await listRepoNames(db, repo.id)).toEqual([
      { name: taken, isFirst: true, isOnly: false },
      { name: RENAMED, isFirst: true, isOnly: true },
    ]);
    expect(await listRepoNames(db, OTHER.id)).toEqual([{ name: taken, isFirst: false, isOnly: false }]);
  });
});
