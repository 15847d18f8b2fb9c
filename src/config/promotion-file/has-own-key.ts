// Decides whether a text is meant as a policy file: it has a top-level key of ours.
import { keysAt } from './schema.ts';
import { readYaml } from './yaml.ts';

/** Never throws. YAML with a mistake counts by the keys at the beginning of its lines. */
export function hasOwnKey(text: string): boolean {
  const keys = new Set(keysAt([]));
  const yaml = readYaml(withoutByteOrderMark(text));
  if (yaml.kind === 'unreadable') {
    return [...text.matchAll(/^["']?(\w+)["']?[ \t]*:/gm)].some(([, key = '']) => keys.has(key));
  }
  const { value } = yaml;
  return typeof value === 'object' && value !== null && Object.keys(value).some((key) => keys.has(key));
}

/** Some editors on Windows write one. */
export function withoutByteOrderMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}
