// Prints figures: each with its target where there is one, and ✓ or ✗; a bench never fails for a figure.

export type Figure = {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ms' | 'MB' | 'requests' | 'steps' | '×' | '/s' | '';
  readonly target?: { readonly kind: 'at most' | 'at least'; readonly value: number };
  /** What it was measured against, or how. */
  readonly note?: string;
};

export type Report = {
  readonly heading: (text: string) => void;
  readonly figure: (figure: Figure) => void;
  readonly line: (text: string) => void;
  /** Figures that missed their target. */
  readonly missed: readonly string[];
};

export function createReport(write: (text: string) => void): Report {
  const missed: string[] = [];
  return {
    missed,
    heading: (text) => write(`\n${text}\n`),
    line: (text) => write(`    ${text}\n`),
    figure: ({ name, value, unit, target, note }) => {
      const met = target === undefined || (target.kind === 'at most' ? value <= target.value : value >= target.value);
      if (!met) missed.push(name);
      const mark = target === undefined ? ' ' : met ? '✓' : '✗';
      const wanted = target === undefined ? '' : `  (${target.kind} ${format(target.value)})`;
      const shown = `${format(value)} ${unit}`.trimEnd();
      write(`  ${mark} ${name.padEnd(WIDTH)} ${shown.padStart(14)}${wanted}${note === undefined ? '' : `  ${note}`}\n`);
    },
  };
}

const WIDTH = 58;

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The smallest value that at least this part of all values does not exceed; the middle between two for the median. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  const at = part * sorted.length;
  const upper = sorted[Math.min(Math.floor(at), sorted.length - 1)] ?? Number.NaN;
  const lower = sorted[Math.max(Math.ceil(at) - 1, 0)] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** Of many runs `a (b…c)`: the median, the fastest and the slowest. */
export function spread(values: readonly number[]): string {
  return `${format(median(values))} (${format(Math.min(...values))}…${format(Math.max(...values))})`;
}

export function format(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString('en');
  return value.toLocaleString('en', {
    maximumFractionDigits: Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0,
  });
}
