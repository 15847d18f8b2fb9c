// Reads our Dockerfile: its stages, and the instructions of each.
import { readFileSync } from 'node:fs';

export type Instruction = { readonly word: string; readonly rest: string };
export type Stage = { readonly name: string; readonly base: string; readonly instructions: readonly Instruction[] };

/** `before` is what stands above the first stage. The last stage is the image. */
export function readDockerfile(): { readonly before: readonly Instruction[]; readonly stages: readonly Stage[] } {
  const text = readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8');
  const instructions = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ word: line.split(' ')[0] ?? '', rest: line.slice(line.indexOf(' ') + 1) }));
  const starts = instructions.flatMap(({ word }, index) => (word === 'FROM' ? [index] : []));
  const stages = starts.map((start, index) => {
    const [base = '', , name = 'image'] = (instructions[start]?.rest ?? '').split(' ');
    return { name, base, instructions: instructions.slice(start + 1, starts[index + 1]) };
  });
  return { before: instructions.slice(0, starts[0]), stages };
}

/** What ENV sets. */
export function environmentOf(instructions: readonly Instruction[]): Readonly<Record<string, string>> {
  const pairs = instructions
    .filter(({ word }) => word === 'ENV')
    .flatMap(({ rest }) => rest.split(' '))
    .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const);
  return Object.fromEntries(pairs);
}
