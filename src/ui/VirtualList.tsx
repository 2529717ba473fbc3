import { type VirtualItem, useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useRef } from "react";
import { cx } from "./cx.ts";

type Props = {
  count: number;
  /** A first guess of a row's height in pixels; rows are measured when they are shown. */
  estimate: (index: number) => number;
  keyOf: (index: number) => string | number;
  render: (index: number) => ReactNode;
  label: string;
  role?: "list" | "listbox" | "log";
  /** The row to bring into view, when it changes. */
  reveal?: number | null;
  gap?: number;
  className?: string;
};

/** A list of any length: only the rows in view exist. Screen readers are told the whole length. */
export function VirtualList({
  count,
  estimate,
  keyOf,
  render,
  label,
  role = "list",
  reveal = null,
  gap = 0,
  className,
}: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: estimate,
    getItemKey: keyOf,
    overscan: 6,
    gap,
  });
  useEffect(() => {
    if (reveal !== null && reveal >= 0) rows.scrollToIndex(reveal, { align: "auto" });
  }, [reveal, rows]);
  return (
    // What scrolls must be reachable by keyboard.
    <div
      ref={scroller}
      className={cx("min-h-0 flex-1 overflow-y-auto", className)}
      tabIndex={0}
      role="group"
      aria-label={label}
    >
      <div role={role} aria-label={label} className="relative w-full" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((row: VirtualItem) => (
          <div
            key={row.key}
            ref={rows.measureElement}
            data-index={row.index}
            role={role === "listbox" ? "presentation" : "listitem"}
            aria-setsize={count}
            aria-posinset={row.index + 1}
            className="absolute inset-x-0 top-0"
            style={{ transform: `translateY(${row.start}px)` }}
          >
            {render(row.index)}
          </div>
        ))}
      </div>
    </div>
  );
}
