import { useDroppable } from "@dnd-kit/core";
import { memo, useCallback, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Progress } from "@/api/bindings.ts";
import { cx } from "@/ui/cx.ts";
import { BoardCard } from "./BoardCard.tsx";
import { useBoardState } from "./board-store.ts";
import { drawingOf } from "./card-size.ts";
import { text } from "./messages.ts";
import type { Column, Row } from "./model.ts";
import { type Offsets, offsetsOf, revealed, windowOf } from "./window.ts";

const GAP_PX = 8;
const SIDES_PX = 14;

export const DOTS: Readonly<Record<Progress, string>> = {
  pending: "bg-faint",
  in_progress: "bg-accent",
  needs_input: "bg-warning",
  blocked: "bg-danger",
  passing: "bg-success",
};

/** Whether a carried card may be dropped in a column, why not, and whether it is over it. */
export type DropVerdict = { isLawful: boolean; why: string | null; isHere: boolean };

type Props = {
  project: number;
  column: Column;
  hasManySpecs: boolean;
  /** What dropping the carried card here would mean, while one is carried. */
  verdict: DropVerdict | null;
};

/** The rows that are drawn: of which list, and from where it was looked at. */
type Seen = { first: number; end: number; top: number; offsets: Offsets | null };

/** One column: only the cards in view exist, however many there are. */
export const BoardColumn = memo(function BoardColumn({ project, column, hasManySpecs, verdict }: Props) {
  const { progress, rows } = column;
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<{ width: number; height: number } | null>(null);
  const [seen, setSeen] = useState<Seen>({ first: 0, end: 0, top: 0, offsets: null });
  const drop = useDroppable({ id: `column-${progress}`, data: { column: progress } });
  const isMeasured = view !== null;
  const { width, height } = view ?? { width: 0, height: 0 };

  const offsets = useMemo(() => {
    const heightOf = (row: number) => {
      const { card, isUnder } = rows[row] as Row;
      return drawingOf(card, width, isUnder).height;
    };
    // Cards drawn for a column of no width would be drawn a second time at once.
    return offsetsOf(isMeasured ? rows.length : 0, heightOf, GAP_PX);
  }, [rows, width, isMeasured]);

  const look = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    const { scrollTop: top } = element;
    const now = windowOf(offsets, top, element.clientHeight);
    setSeen((before) =>
      before.first === now.first && before.end === now.end && before.offsets === offsets
        ? before
        : { ...now, top, offsets },
    );
  }, [offsets]);

  // Rows that changed are drawn as they are at once: a card that was gone for one drawing would lose the focus.
  const shown = seen.offsets === offsets ? seen : windowOf(offsets, seen.top, height);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = () => setView({ width: element.clientWidth - SIDES_PX, height: element.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(look, [look, height]);

  // The keyboard may reach a card that is not drawn yet: bring it into view first, the focus follows.
  const reached = useBoardState(({ focused }) =>
    focused === null ? -1 : rows.findIndex(({ card }) => card.id === focused),
  );
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || !isMeasured || reached < 0) return;
    element.scrollTop = revealed(offsets, reached, element.scrollTop, element.clientHeight);
    look();
    // Only when the keyboard goes elsewhere: a list that changes must not jump.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [reached, isMeasured]);

  const { setNodeRef } = drop;
  const place = useCallback(
    (element: HTMLDivElement | null) => {
      scroller.current = element;
      setNodeRef(element);
    },
    [setNodeRef],
  );

  const name = text.columns[progress];
  // One card of each column is always reached by Tab, also when the keyboard was on one that is out of view now.
  const entry = reached >= shown.first && reached < shown.end ? reached : shown.first;
  const drawn = rows.slice(shown.first, shown.end);
  return (
    <section
      aria-label={text.columnLabel(name, rows.length)}
      data-column={progress}
      className="flex min-w-47 flex-1 basis-0 flex-col rounded-lg max-md:min-w-full max-md:snap-start"
    >
      <header className="flex h-9 shrink-0 items-center gap-2 px-2.5">
        <span aria-hidden className={cx("size-2 rounded-full", DOTS[progress])} />
        <h2 className="text-sm font-medium">{name}</h2>
        <span className="tabular text-xs text-faint">{rows.length.toLocaleString("en")}</span>
      </header>
      <div
        ref={place}
        onScroll={look}
        className={cx(
          "relative min-h-0 flex-1 overflow-y-auto rounded-lg border border-transparent px-1.5 pt-1 pb-2 [contain:strict]",
          verdict?.isLawful && "border-line-strong border-dashed",
          verdict?.isHere && verdict.isLawful && "border-accent bg-accent-soft",
        )}
      >
        {verdict?.why && verdict.isHere && (
          <p className="sticky top-0 z-10 rounded-md bg-warning-soft p-2 text-xs text-warning">{verdict.why}</p>
        )}
        {rows.length === 0 ? (
          <p className="px-1 pt-2 text-xs text-faint">{text.emptyColumns[progress]}</p>
        ) : (
          <ul
            aria-label={name}
            className={cx("relative list-none", verdict && !verdict.isLawful && "opacity-50")}
            style={{ height: offsets[rows.length] ?? 0 }}
          >
            {drawn.map(({ card, isUnder }, at) => {
              const row = shown.first + at;
              return (
                <li
                  key={card.id}
                  aria-setsize={rows.length}
                  aria-posinset={row + 1}
                  className="absolute inset-x-0 top-0"
                  style={{ transform: `translateY(${offsets[row] ?? 0}px)` }}
                >
                  <BoardCard
                    project={project}
                    card={card}
                    width={width}
                    isUnder={isUnder}
                    hasManySpecs={hasManySpecs}
                    isEntry={row === entry}
                  />
                </li>
              );
            })}
          </ul>
        )}
      </div>
    </section>
  );
});
