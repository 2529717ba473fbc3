import { structuredPatch } from "diff";

/** One line of a diff; line numbers count from 1 and are missing on the side that lacks the line. */
export type DiffLine = {
  kind: "same" | "added" | "removed";
  oldNumber: number | null;
  newNumber: number | null;
  text: string;
};

/** Lines that changed together, with some that did not around them. */
export type DiffHunk = { oldStart: number; newStart: number; lines: DiffLine[] };

/** What changed in one file. The whole text is needed only to show what did not change. */
export type FileDiff = { hunks: DiffHunk[]; newLines: string[] | null };

/** A hunk as the host sends it. */
export type SentHunk = {
  old_start: number;
  new_start: number;
  lines: readonly { kind: DiffLine["kind"]; text: string }[];
};

/** Work that comparing two texts may take; beyond it everything counts as replaced, which is true if not helpful. */
const MOST_EDITS = 1000;

/** Splits into lines; a line break at the end does not begin another line. */
export function linesOf(text: string): string[] {
  if (text === "") return [];
  const lines = text.split(/\r\n|\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** Numbers the lines of hunks. `newText` is the whole file after, when it is at hand. */
export function fromHunks(sent: readonly SentHunk[], newText: string | null): FileDiff {
  const hunks = sent.map((hunk): DiffHunk => {
    // An empty side begins at line 0 in a patch; here the first line that could be is meant.
    let oldNumber = Math.max(1, hunk.old_start);
    let newNumber = Math.max(1, hunk.new_start);
    const lines = hunk.lines.map(({ kind, text }): DiffLine => {
      if (kind === "added") return { kind, oldNumber: null, newNumber: newNumber++, text };
      if (kind === "removed") return { kind, oldNumber: oldNumber++, newNumber: null, text };
      return { kind, oldNumber: oldNumber++, newNumber: newNumber++, text };
    });
    return { oldStart: Math.max(1, hunk.old_start), newStart: Math.max(1, hunk.new_start), lines };
  });
  return { hunks, newLines: newText === null ? null : linesOf(newText) };
}

const KINDS: Readonly<Record<string, DiffLine["kind"]>> = { "+": "added", "-": "removed", " ": "same" };

/** Compares two texts. `context` lines that did not change are kept around each change. */
export function fromTexts(oldText: string, newText: string, context = 3): FileDiff {
  if (oldText === newText) return { hunks: [], newLines: linesOf(newText) };
  const patch = structuredPatch("", "", oldText, newText, undefined, undefined, { context, maxEditLength: MOST_EDITS });
  if (patch) {
    const sent = patch.hunks.map((hunk) => ({
      old_start: hunk.oldStart,
      new_start: hunk.newStart,
      lines: hunk.lines.flatMap((line) => {
        // A line that begins otherwise is a remark, such as that the last line has no line break.
        const kind = KINDS[line.charAt(0)];
        return kind ? [{ kind, text: line.slice(1).replace(/\r$/, "") }] : [];
      }),
    }));
    return fromHunks(sent, newText);
  }
  const lines = [
    ...linesOf(oldText).map((text) => ({ kind: "removed" as const, text })),
    ...linesOf(newText).map((text) => ({ kind: "added" as const, text })),
  ];
  return fromHunks([{ old_start: 1, new_start: 1, lines }], newText);
}
