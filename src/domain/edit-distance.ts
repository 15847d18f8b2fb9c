// Counts the edits between two words, and finds the known word that somebody probably meant.

/** One character more, less or other, or two neighbours swapped. */
export function isOneEdit(left: string, right: string): boolean {
  return Math.abs(left.length - right.length) <= 1 && editsBetween(left, right) === 1;
}

/** The one of `words` that takes the fewest edits, whatever the case, if those are few for its length; else null. */
export function nearestOf(typed: string, words: readonly string[]): string | null {
  const ranked = words
    .map((word) => ({ word, edits: editsBetween(typed.toLowerCase(), word.toLowerCase()) }))
    .filter(({ word, edits }) => edits <= Math.max(1, Math.floor(word.length / 3)))
    .toSorted((a, b) => a.edits - b.edits);
  return ranked[0]?.word ?? null;
}

/** No word of ours is longer, and the time grows with the product of both lengths. */
const MAX_LENGTH = 60;

/** Characters more, less or other, and neighbours swapped (optimal string alignment). Infinity for a long text. */
function editsBetween(left: string, right: string): number {
  if (left.length > MAX_LENGTH || right.length > MAX_LENGTH) return Infinity;
  const rows: number[][] = [Array.from({ length: right.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Infinity;
  for (let row = 1; row <= left.length; row += 1) {
    const costs = [row];
    rows.push(costs);
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      costs.push(
        Math.min(
          at(row - 1, column) + 1,
          (costs[column - 1] ?? Infinity) + 1,
          at(row - 1, column - 1) + (same ? 0 : 1),
          swapped ? at(row - 2, column - 2) + 1 : Infinity,
        ),
      );
    }
  }
  return at(left.length, right.length);
}
