// The states of a promotion in docs/design.md: diagram and table name all of them, and the table each transition.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decide as decideInDomain, type Decision } from '../../src/domain/decide.ts';
import type { Promotion, StateKind } from '../../src/domain/promotion/promotion.ts';
import { context, environment, NOW, type TestContext } from '../domain/build.ts';
import { accept, decide, EVENTS, promotionIn } from '../domain/decide/build.ts';

const STATES = {
  'waiting-for-image': true,
  examining: true,
  'awaiting-approval': true,
  scheduled: true,
  applying: true,
  promoted: true,
  deploying: true,
  deployed: true,
  'deployment-failed': true,
  'checks-failed': true,
  failed: true,
  rejected: true,
  cancelled: true,
  superseded: true,
  expired: true,
} as const satisfies Record<StateKind, true>;

const SECTION = sectionOf(readFileSync(new URL('../../docs/design.md', import.meta.url), 'utf8'));
const DIAGRAM = readDiagram(/```mermaid\nstateDiagram-v2\n([\s\S]*?)```/.exec(SECTION)?.[1] ?? '');
const TABLE = readTable(SECTION);
const REACHED = reachedTransitions();

test('the diagram has exactly the states of a promotion', () => {
  expect(DIAGRAM.states).toEqual(Object.keys(STATES).toSorted());
});

test('every arrow of the diagram is a transition of the state machine', () => {
  expect(DIAGRAM.arrows.filter((arrow) => !REACHED.has(arrow))).toEqual([]);
  expect(DIAGRAM.arrows.length).toBeGreaterThan(15);
});

test('the table has every state, and every transition of the state machine', () => {
  expect([...TABLE.states].toSorted()).toEqual(Object.keys(STATES).toSorted());
  expect([...TABLE.transitions].toSorted()).toEqual([...REACHED].toSorted());
});

function sectionOf(page: string): string {
  return /\n## A promotion\n([\s\S]*?)\n## /.exec(page)?.[1] ?? '';
}

type Drawn = { readonly states: readonly string[]; readonly arrows: readonly string[] };

/** An arrow of a group is one of each state in it. */
function readDiagram(text: string): Drawn {
  const names = new Map(
    [...text.matchAll(/^ *state "([^"]+)" as (\w+)$/gm)].map(([, name = '', id = '']) => [id, name]),
  );
  const nameOf = (id: string): string => names.get(id) ?? id;
  const groups = new Map(
    [...text.matchAll(/^ *state "[^"]+" as (\w+) \{\n([\s\S]*?)\n *\}$/gm)].map(([, id = '', body = '']) => [
      id,
      [...new Set(arrowsIn(body).flat())].filter((name) => name !== '[*]'),
    ]),
  );
  const arrows = arrowsIn(text)
    .filter(([from]) => from !== '[*]')
    .flatMap(([from, to]) => (groups.get(from) ?? [from]).map((one) => `${nameOf(one)} → ${nameOf(to)}`));
  const ids = arrowsIn(text).flat();
  const states = [...new Set(ids.filter((id) => id !== '[*]' && !groups.has(id)).map(nameOf))].toSorted();
  return { states, arrows };
}

function arrowsIn(text: string): readonly (readonly [string, string])[] {
  return [...text.matchAll(/^ *(\S+) --> (\w+)(?:: .*)?$/gm)].map(([, from = '', to = '']) => [from, to]);
}

/** The first column names states, the third the next ones; text that is no code is a reason. */
function readTable(section: string): { readonly states: readonly string[]; readonly transitions: readonly string[] } {
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  const read = rows.map((row) => row.split('|')).map((cells) => [statesIn(cells[1] ?? ''), statesIn(cells[3] ?? '')]);
  return {
    states: read.flatMap(([from = []]) => from),
    transitions: read.flatMap(([from = [], to = []]) => from.flatMap((one) => to.map((next) => `${one} → ${next}`))),
  };
}

/** From each state, each event in several situations: where it leads to another state. */
function reachedTransitions(): ReadonlySet<string> {
  const none = environment();
  const nobody = { ...none, approvals: { ...none.approvals, required: 0 } };
  const situations: readonly TestContext[] = [
    context(),
    context({ environmentBusy: true }),
    context({ now: NOW + 15 * 24 * 60 * 60 * 1000 }),
    context({ environmentPolicy: nobody }),
    context({ environmentPolicy: nobody, environmentBusy: true }),
  ];
  const examinedAgain = accept(promotionIn('awaiting-approval'), EVENTS.rerequested).promotion;
  const promotions = [...Object.keys(STATES).filter(isState).map(promotionIn), examinedAgain];
  const decisions = [...promotions, ...promotions.map(asRollback)].flatMap((before) =>
    Object.values(EVENTS).flatMap((event) => [
      ...situations.map((situation) => [before, decide(before, event, situation)] as const),
      ...unreadable(before).map((decision) => [before, decision] as const),
    ]),
  );
  return new Set(decisions.flatMap(([before, decision]) => transitionOf(before, decision)));
}

/** To what the environment held: it is not compared with what production holds, and re-planned at once. */
function asRollback(promotion: Promotion): Promotion {
  const target = { kind: 'held', promotion: 7, outcome: 'deployed', forced: false } as const;
  return { ...promotion, kind: 'rollback', source: { ...promotion.source, target } };
}

/** The stored policy of the plan can't be read any more. */
function unreadable(before: Promotion): readonly Decision[] {
  return [decideInDomain(before, EVENTS['production moved'], { ...context(), environmentPolicy: null })];
}

function transitionOf({ state }: Promotion, decision: Decision): readonly string[] {
  if (decision.kind !== 'accepted' || decision.promotion.state.kind === state.kind) return [];
  return [`${state.kind} → ${decision.promotion.state.kind}`];
}

function isState(name: string): name is StateKind {
  return name in STATES;
}

/** The codes of a cell that are states. */
function statesIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`([a-z-]+)`/g)].map(([, code = '']) => code).filter((code) => code in STATES);
}
