// Names with their values, one per line: unlike a table, a list fits a phone, where a digest breaks into lines.

/** Cells are Markdown already. */
export function renderFactList(facts: readonly (readonly string[])[]): string {
  return facts.map(([name = '', value = '']) => `- **${name}**: ${value}`).join('\n');
}
