import type { DiffHunk, DiffLine, FileDiff } from "./hunks.ts";

/** A line with the one it took the place of, or that took its place, so that what differs within it can be marked. */
export type LineRow = { type: "line"; line: DiffLine; partner: string | null };
/** The two sides of one row of a split diff; a side is missing where the other has more lines. */
export type PairRow = { type: "pair"; left: DiffLine | null; right: DiffLine | null };
/** Lines that did not change and are not shown. `gap` names it; `count` is unknown for the end of a file not at hand. */
export type GapRow = { type: "gap"; gap: number; count: number; oldNumber: number; newNumber: number };
export type DiffRow = LineRow | PairRow | GapRow;

export type DiffLayout = "unified" | "split";

/** Lines of each gap that a person asked to see, from its upper and from its lower end. */
export type Opened = ReadonlyMap<number, { top: number; bottom: number }>;

/** Lines that one click opens. */
export const OPEN_STEP = 20;
/** Rows that are shown without asking; a person can ask for all. */
export const MOST_ROWS = 20_000;

export type DiffRows = {
  rows: DiffRow[];
  /** Where each change begins among the rows: lines that differ, one after the other. */
  starts: number[];
  /** Rows that were left out because there are too many. */
  leftOut: number;
};

/** The rows of a diff, in time that grows with what is shown and not with the file. */
export function rowsOf(diff: FileDiff, layout: DiffLayout, opened: Opened, most = MOST_ROWS): DiffRows {
  const rows: DiffRow[] = [];
  const starts: number[] = [];
  let leftOut = 0;
  let oldNext = 1;
  let newNext = 1;
  const add = (row: DiffRow) => {
    if (rows.length < most) rows.push(row);
    else leftOut += 1;
  };
  diff.hunks.forEach((hunk, at) => {
    addGap(diff, at, oldNext, newNext, hunk.newStart - newNext, opened, layout, add);
    let wasChanged = false;
    for (const row of layout === "unified" ? unified(hunk) : split(hunk)) {
      const isChanged = differs(row);
      if (isChanged && !wasChanged && rows.length < most) starts.push(rows.length);
      wasChanged = isChanged;
      add(row);
    }
    oldNext = hunk.oldStart + hunk.lines.filter((line) => line.kind !== "added").length;
    newNext = hunk.newStart + hunk.lines.filter((line) => line.kind !== "removed").length;
  });
  const rest = diff.newLines && diff.hunks.length > 0 ? diff.newLines.length - newNext + 1 : 0;
  addGap(diff, diff.hunks.length, oldNext, newNext, rest, opened, layout, add);
  return { rows, starts, leftOut };
}

function differs(row: LineRow | PairRow): boolean {
  return row.type === "line" ? row.line.kind !== "same" : row.left !== row.right;
}

function addGap(
  diff: FileDiff,
  gap: number,
  oldFrom: number,
  newFrom: number,
  count: number,
  opened: Opened,
  layout: DiffLayout,
  add: (row: DiffRow) => void,
): void {
  if (count <= 0) return;
  const wanted = diff.newLines ? (opened.get(gap) ?? { top: 0, bottom: 0 }) : { top: 0, bottom: 0 };
  const top = Math.min(count, Math.max(0, wanted.top));
  const bottom = Math.min(count - top, Math.max(0, wanted.bottom));
  const line = (offset: number) => {
    const text = diff.newLines?.[newFrom + offset - 1] ?? "";
    const same: DiffLine = { kind: "same", oldNumber: oldFrom + offset, newNumber: newFrom + offset, text };
    add(layout === "unified" ? { type: "line", line: same, partner: null } : { type: "pair", left: same, right: same });
  };
  for (let offset = 0; offset < top; offset += 1) line(offset);
  const hidden = count - top - bottom;
  if (hidden > 0) add({ type: "gap", gap, count: hidden, oldNumber: oldFrom + top, newNumber: newFrom + top });
  for (let offset = count - bottom; offset < count; offset += 1) line(offset);
}

/** Runs of removed and added lines, in order, between lines that did not change. */
function* changes(hunk: DiffHunk): Generator<DiffLine | { removed: DiffLine[]; added: DiffLine[] }> {
  let removed: DiffLine[] = [];
  let added: DiffLine[] = [];
  for (const line of hunk.lines) {
    if (line.kind === "same" || (line.kind === "removed" && added.length > 0)) {
      if (removed.length + added.length > 0) yield { removed, added };
      removed = [];
      added = [];
    }
    if (line.kind === "same") yield line;
    else (line.kind === "removed" ? removed : added).push(line);
  }
  if (removed.length + added.length > 0) yield { removed, added };
}

function* unified(hunk: DiffHunk): Generator<LineRow> {
  for (const change of changes(hunk)) {
    if ("kind" in change) {
      yield { type: "line", line: change, partner: null };
      continue;
    }
    const { removed, added } = change;
    for (const [at, line] of removed.entries()) yield { type: "line", line, partner: added[at]?.text ?? null };
    for (const [at, line] of added.entries()) yield { type: "line", line, partner: removed[at]?.text ?? null };
  }
}

function* split(hunk: DiffHunk): Generator<PairRow> {
  for (const change of changes(hunk)) {
    if ("kind" in change) {
      yield { type: "pair", left: change, right: change };
      continue;
    }
    const { removed, added } = change;
    for (let at = 0; at < Math.max(removed.length, added.length); at += 1) {
      yield { type: "pair", left: removed[at] ?? null, right: added[at] ?? null };
    }
  }
}
