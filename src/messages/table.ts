// A Markdown table of cells that are already escaped.

/** Left-aligned; every row has as many cells as the head. Cells hold neither line ends nor a bare `|`. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => ':--'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
