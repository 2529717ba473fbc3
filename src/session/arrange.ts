import { type Block, type Entry, type Group, groupOf, type ToolResult } from "./entry.ts";

/** What the rows around a row tell about it. Positions are global within the run. */
export type Neighbours = {
  /** The row at a position, when it is at hand. */
  rowAt: (position: number) => Entry | undefined;
  /** Where the call with this id stands, when it is at hand. */
  callAt: (id: string) => number | undefined;
  /** The answer to the call with this id, when it is at hand. */
  resultOf: (id: string) => ToolResult | undefined;
};

export type Shape = {
  /** Sorts to show; none for all. */
  groups: ReadonlySet<Group>;
  /** Sub-agents, by the call that started them, whose steps are shown. */
  opened: ReadonlySet<string>;
};

/** Steps of sub-agents that follow each other, folded into one line. */
export type Fold = { type: "fold"; steps: number; parents: string[] };
export type Shown = { type: "entry"; entry: Entry; blocks: Block[] };
/** How a row is shown; nothing for one that another row stands for. */
export type Arranged = Shown | Fold | null;

/** Steps that are counted to say how many a fold holds. */
const MOST_COUNTED = 999;

/**
 * Decides how the row at `position` is shown: results appear in their call, steps of sub-agents are folded into one line.
 *
 * What belongs to a row that is not at hand is shown by itself, so nothing is ever out of reach.
 */
export function arrange(position: number, entry: Entry, near: Neighbours, shape: Shape): Arranged {
  if (isFolded(entry, shape)) {
    const before = near.rowAt(position - 1);
    return before && isFolded(before, shape) ? null : foldAt(position, near, shape);
  }
  const blocks = entry.body.filter((block) => {
    if (block.type === "tool_result" && near.callAt(block.id) !== undefined) return false;
    return shape.groups.size === 0 || blockGroups(block, near).some((group) => shape.groups.has(group));
  });
  return blocks.length > 0 ? { type: "entry", entry, blocks } : null;
}

/** Whether a row is of one of the sorts asked for. */
export function isWanted(entry: Entry, groups: ReadonlySet<Group>): boolean {
  return groups.size === 0 || entry.body.some((block) => groups.has(groupOf(block)));
}

/** The sorts of a block; a call is trouble too when its answer was. */
function blockGroups(block: Block, near: Neighbours): Group[] {
  const own = groupOf(block);
  const result = block.type === "tool_call" ? near.resultOf(block.id) : undefined;
  return result?.is_error ? [own, "trouble"] : [own];
}

function isFolded(entry: Entry, shape: Shape): boolean {
  // Whoever asks for certain sorts wants them wherever they are.
  return shape.groups.size === 0 && entry.parent_call !== null && !shape.opened.has(entry.parent_call);
}

function foldAt(position: number, near: Neighbours, shape: Shape): Fold {
  const parents = new Set<string>();
  let steps = 0;
  for (; steps < MOST_COUNTED; steps += 1) {
    const row = near.rowAt(position + steps);
    if (!row || row.parent_call === null || !isFolded(row, shape)) break;
    parents.add(row.parent_call);
  }
  return { type: "fold", steps, parents: [...parents] };
}

/** Finds the call of an answer and the answer to a call, among rows as they come in. */
export class Pairs {
  readonly #calls = new Map<string, { session: string; ordinal: number }>();
  readonly #results = new Map<string, ToolResult>();
  readonly #most: number;

  /** Keeps the newest `most` of each: enough for what is at hand, and never more. */
  constructor(most = 20_000) {
    this.#most = most;
  }

  note(session: string, entries: readonly Entry[]): void {
    for (const entry of entries) {
      for (const block of entry.body) {
        if (block.type === "tool_call") bounded(this.#calls, block.id, { session, ordinal: entry.ordinal }, this.#most);
        else if (block.type === "tool_result") bounded(this.#results, block.id, block, this.#most);
      }
    }
  }

  callOf(id: string): { session: string; ordinal: number } | undefined {
    return this.#calls.get(id);
  }

  resultOf(id: string): ToolResult | undefined {
    return this.#results.get(id);
  }
}

function bounded<Value>(map: Map<string, Value>, key: string, value: Value, most: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= most) return;
  const oldest = map.keys().next();
  if (!oldest.done) map.delete(oldest.value);
}
