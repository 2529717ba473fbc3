import {
  type KeyboardEvent,
  type ReactNode,
  type Ref,
  useCallback,
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
} from "react";
import { useHighlight } from "../code/highlight.ts";
import { LongList, type LongListHandle } from "../long-list/LongList.tsx";
import { DiffRowView } from "./DiffRowView.tsx";
import type { DiffLine, FileDiff } from "./hunks.ts";
import { text } from "./messages.ts";
import { type DiffLayout, type DiffRow, type GapRow, MOST_ROWS, OPEN_STEP, type Opened, rowsOf } from "./rows.ts";

/** A line that a comment can stand at. */
export type LinePlace = { side: "old" | "new"; number: number };

export type DiffHandle = {
  /** Goes to the next change, or the one before; false when there is none. */
  step: (direction: 1 | -1) => boolean;
  /** The line one is on, when it can be commented on. */
  current: () => LinePlace | null;
};

type Props = {
  diff: FileDiff;
  /** Both texts, for their colours; without them the diff is plain. */
  texts: { before: string | null; after: string | null };
  path: string;
  layout: DiffLayout;
  onComment?: (place: LinePlace) => void;
  /** What stands below a line, such as a comment being written. */
  below?: (place: LinePlace) => ReactNode;
  label: string;
  ref?: Ref<DiffHandle>;
};

const ROW_HEIGHT = 20;

/** The place of a line: in the new text, or in the old one when it is no longer there. */
export function placeOf(line: DiffLine): LinePlace | null {
  if (line.newNumber !== null) return { side: "new", number: line.newNumber };
  return line.oldNumber === null ? null : { side: "old", number: line.oldNumber };
}

/**
 * The differences of one file: of any size, with gaps to open, changes to step through and lines to comment on. Another
 * file or layout needs another `key`.
 */
export function DiffView({ diff, texts, path, layout, onComment, below, label, ref }: Props) {
  const [opened, setOpened] = useState<Opened>(new Map());
  const [most, setMost] = useState(MOST_ROWS);
  const [current, setCurrent] = useState<number | null>(null);
  const list = useRef<LongListHandle>(null);
  const { rows, starts, leftOut } = useMemo(() => rowsOf(diff, layout, opened, most), [diff, layout, opened, most]);
  const oldLines = useHighlight(texts.before, path);
  const newLines = useHighlight(texts.after, path);
  const colours = useMemo(() => ({ oldLines, newLines }), [oldLines, newLines]);

  const goTo = (row: number, align: "center" | "nearest") => {
    setCurrent(row);
    list.current?.scrollTo(row, { align });
  };

  useImperativeHandle(ref, () => ({
    step(direction) {
      const at = current ?? -1;
      const next = direction === 1 ? starts.find((start) => start > at) : starts.findLast((start) => start < at);
      if (next === undefined) return false;
      goTo(next, "center");
      return true;
    },
    current() {
      const row = current === null ? undefined : rows[current];
      return row ? placeOfRow(row) : null;
    },
  }));

  const open = useCallback((gap: GapRow) => {
    setCurrent(null);
    setOpened((before) => {
      const { top, bottom } = before.get(gap.gap) ?? { top: 0, bottom: 0 };
      // A short rest is opened whole: a button that opens two lines is a nuisance.
      const step = gap.count <= 3 * OPEN_STEP ? gap.count : OPEN_STEP;
      return new Map(before).set(gap.gap, {
        top: top + step,
        bottom: step === gap.count ? bottom : bottom + OPEN_STEP,
      });
    });
  }, []);

  const comment = useCallback(
    (line: DiffLine) => {
      const place = placeOf(line);
      if (place) onComment?.(place);
    },
    [onComment],
  );

  const press = (event: KeyboardEvent) => {
    if (
      event.target !== event.currentTarget &&
      event.target instanceof HTMLElement &&
      event.target.closest("textarea, button, input")
    )
      return;
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const from = current ?? (list.current?.first() ?? 0) - 1;
    goTo(Math.min(Math.max(0, from + move), rows.length - 1), "nearest");
  };

  const render = (at: number) => {
    const row = rows[at];
    if (!row) {
      return (
        <p className="flex items-center gap-3 border-t border-line px-3 py-2 text-xs text-muted">
          {text.notShown(leftOut)}
          <button
            type="button"
            className="text-accent underline underline-offset-2"
            onClick={() => setMost(Number.POSITIVE_INFINITY)}
          >
            {text.anyway}
          </button>
        </p>
      );
    }
    const place = placeOfRow(row);
    const oldPlace = row.type === "pair" && row.left?.kind === "removed" ? placeOf(row.left) : null;
    return (
      <>
        <DiffRowView
          row={row}
          colours={colours}
          isCurrent={current === at}
          onOpen={diff.newLines ? open : undefined}
          onComment={onComment && comment}
        />
        {oldPlace && oldPlace.side !== place?.side && below?.(oldPlace)}
        {place && below?.(place)}
      </>
    );
  };

  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- hears the arrow keys of the list within
    <div className="flex min-h-0 flex-1 flex-col" onKeyDown={press}>
      <LongList
        ref={list}
        count={rows.length + (leftOut > 0 ? 1 : 0)}
        estimate={ROW_HEIGHT}
        keyOf={(row) => row}
        render={render}
        role="presentation"
        label={label}
      />
    </div>
  );
}

function placeOfRow(row: DiffRow): LinePlace | null {
  if (row.type === "line") return placeOf(row.line);
  if (row.type === "gap") return null;
  const line = row.right ?? row.left;
  return line && placeOf(line);
}
