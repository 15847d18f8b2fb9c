// The content of a check run, and GitHub's limits for it: texts must fit before they are sent.

export type CheckRunTexts = {
  readonly title: string;
  /** Markdown. */
  readonly summary: string;
  /** Markdown. Once sent it stays until another one replaces it. */
  readonly text?: string;
  /** Buttons; GitHub shows them on completed runs only. */
  readonly actions: readonly CheckRunAction[];
};

export type CheckRunAction = { readonly label: string; readonly description: string; readonly identifier: string };

// Rendered from people's input, which the code that writes the texts must have cut: too long is a bug of ours.
const MAX = { actions: 3, label: 20, description: 40, identifier: 20, output: 65_535 } as const;

/** Throws a plain Error (a bug, not an outside error) that names the part that is too long. */
export function assertCheckRunLimits({ title, summary, text, actions }: CheckRunTexts): void {
  if (title.trim() === '') throw new Error('a check run needs a title');
  if (actions.length > MAX.actions)
    throw new Error(`a check run has ${actions.length} actions, ${MAX.actions} at most`);
  assertLength({ what: 'summary', value: summary, max: MAX.output });
  assertLength({ what: 'text', value: text ?? '', max: MAX.output });
  for (const action of actions) {
    assertLength({ what: `action label "${action.label}"`, value: action.label, max: MAX.label });
    assertLength({
      what: `action description "${action.description}"`,
      value: action.description,
      max: MAX.description,
    });
    assertLength({ what: `action identifier "${action.identifier}"`, value: action.identifier, max: MAX.identifier });
  }
}

function assertLength({
  what,
  value,
  max,
}: {
  readonly what: string;
  readonly value: string;
  readonly max: number;
}): void {
  if (value.length > max) throw new Error(`the check run's ${what} has ${value.length} characters, ${max} at most`);
}
