import { type RefObject, useEffect, useRef, useState } from "react";
import { cx } from "@/ui/cx.ts";
import { useBoardState } from "./board-store.ts";
import { DOTS } from "./BoardColumn.tsx";
import { text } from "./messages.ts";
import type { Column } from "./model.ts";

type Props = {
  columns: readonly Column[];
  /** What holds the columns side by side, each as wide as itself. */
  place: RefObject<HTMLDivElement | null>;
};

/** On a narrow screen one column is seen at a time: these lead to the others, as swiping does. */
export function ColumnSwitcher({ columns, place }: Props) {
  const [current, setCurrent] = useState(0);
  const focused = useBoardState((state) => state.focused);
  const first = useRef(columns.findIndex(({ progress, rows }) => progress === "in_progress" && rows.length > 0));

  const show = (at: number) => {
    const held = place.current;
    held?.scrollTo({ left: at * held.clientWidth });
  };

  useEffect(() => {
    const held = place.current;
    // What happens now is looked at first.
    if (held && first.current > 0) held.scrollLeft = first.current * held.clientWidth;
  }, [place]);

  useEffect(() => {
    const held = place.current;
    if (!held) return;
    const look = () => setCurrent(Math.round(held.scrollLeft / Math.max(1, held.clientWidth)));
    look();
    held.addEventListener("scroll", look, { passive: true });
    return () => held.removeEventListener("scroll", look);
  }, [place]);

  // The keyboard may go on to a card of a column that is not seen.
  useEffect(() => {
    const held = place.current;
    const at = focused === null ? -1 : columns.findIndex(({ rows }) => rows.some(({ card }) => card.id === focused));
    if (held && at >= 0) held.scrollTo({ left: at * held.clientWidth });
    // Only when the keyboard goes elsewhere: a card that moves must not take the view along.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [focused]);

  return (
    <nav aria-label={text.columnSwitcher} className="flex shrink-0 overflow-x-auto border-b border-line">
      {columns.map(({ progress, rows }, at) => (
        <button
          key={progress}
          type="button"
          aria-current={at === current ? "true" : undefined}
          onClick={() => show(at)}
          className={cx(
            "flex h-12 min-w-fit flex-1 flex-col items-center justify-center gap-0.5 border-b-2 px-1.5",
            at === current ? "border-accent text-text" : "border-transparent text-muted",
          )}
        >
          <span className="tabular flex items-center gap-1.5 text-sm font-semibold">
            <span aria-hidden className={cx("size-2 rounded-full", DOTS[progress])} />
            {rows.length.toLocaleString("en")}
          </span>
          <span className="text-2xs">{text.columns[progress]}</span>
        </button>
      ))}
    </nav>
  );
}
