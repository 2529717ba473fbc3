import { type Block, type Entry, type Group, groupOf, type ToolCall, type ToolResult } from "./entry.ts";

/** What the rows around a row tell about it. Positions are global within the run. */
export type Neighbours = {
  /** The row at a position, when it is at hand. */
  rowAt: (position: number) => Entry | undefined;
  /** The call with this id, when it is at hand. */
  callOf: (id: string) => ToolCall | undefined;
  /** The answer to the call with this id, when it is at hand. */
  resultOf: (id: string) => ToolResult | undefined;
};

export type Shape = {
  /** Sorts to show; none for all. */
  groups: ReadonlySet<Group>;
  /** Whether only some rows are shown at all, for any reason. */
  isFiltered: boolean;
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
    if (!isAsked(block, shape.groups)) return false;
    const call = block.type === "tool_result" ? near.callOf(block.id) : undefined;
    // The call shows its answer; where the call is not asked for, the answer stands for both.
    return !call || !isAsked(call, shape.groups);
  });
  return blocks.length > 0 ? { type: "entry", entry, blocks } : null;
}

function isAsked(block: Block, groups: ReadonlySet<Group>): boolean {
  return groups.size === 0 ? !isNoticeOfTheCli(block) : groups.has(groupOf(block));
}

/**
 * Whether a block is one of the CLI's notices about itself, such as that it sends a request: many, and nothing a person
 * reads among what was said and done. They are there for whoever asks for their sort.
 */
function isNoticeOfTheCli(block: Block): boolean {
  if (block.type !== "other") return false;
  const { json } = block;
  return (
    typeof json === "object" &&
    json !== null &&
    !Array.isArray(json) &&
    "subtype" in json &&
    "type" in json &&
    json.type === "system"
  );
}

function isFolded(entry: Entry, shape: Shape): boolean {
  // Whoever asks for certain rows wants them wherever they are.
  return !shape.isFiltered && entry.parent_call !== null && !shape.opened.has(entry.parent_call);
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
  readonly #calls = new Map<string, { session: string; ordinal: number; call: ToolCall }>();
  readonly #results = new Map<string, ToolResult>();
  readonly #most: number;

  /** Keeps the newest `most` of each: enough for what is at hand, and never more. */
  constructor(most = 20_000) {
    this.#most = most;
  }

  note(session: string, entries: readonly Entry[]): void {
    for (const entry of entries) {
      for (const block of entry.body) {
        if (block.type === "tool_call")
          bounded(this.#calls, block.id, { session, ordinal: entry.ordinal, call: block }, this.#most);
        else if (block.type === "tool_result") bounded(this.#results, block.id, block, this.#most);
      }
    }
  }

  callOf(id: string): { session: string; ordinal: number; call: ToolCall } | undefined {
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
