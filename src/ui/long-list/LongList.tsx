import { type ReactNode, type Ref, useImperativeHandle, useLayoutEffect, useReducer, useRef } from "react";
import { cx } from "../cx.ts";
import { ListModel } from "./model.ts";

export type LongListHandle = {
  /** Brings a row into sight and gives it the focus, if asked. */
  scrollTo: (row: number, how?: { align?: "start" | "center" | "nearest"; isFocused?: boolean }) => void;
  scrollToEnd: () => void;
  /** The first row in sight. */
  first: () => number;
  scrollBy: (px: number) => void;
};

type Props = {
  count: number;
  /** What a row is believed to be high, in px, before it was shown. */
  estimate: number;
  keyOf: (row: number) => string | number;
  render: (row: number) => ReactNode;
  /** Rows that are not shown at all, as far as is known. */
  isHidden?: (row: number) => boolean;
  /** Whether the list stays at its end as it grows. */
  isFollowing?: boolean;
  /** A person scrolled: how far the end was away before and after, in px. */
  onScrolled?: (before: number, after: number) => void;
  /** Rows in sight, and those just outside of it. */
  onRange?: (first: number, last: number) => void;
  role?: "feed" | "list";
  label: string;
  className?: string;
  ref?: Ref<LongListHandle>;
};

/**
 * A list of any length and of rows of any height; a million are fine. Only rows in and near sight exist.
 *
 * What is in sight stays where it is when rows above turn out to be higher or lower than believed.
 */
export function LongList({
  count,
  estimate,
  keyOf,
  render,
  isHidden,
  isFollowing = false,
  onScrolled,
  onRange,
  role = "list",
  label,
  className,
  ref,
}: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const spacer = useRef<HTMLDivElement>(null);
  const window = useRef<HTMLDivElement>(null);
  const [, redraw] = useReducer((at: number) => at + 1, 0);
  const model = useRef<ListModel>(null);
  model.current ??= new ListModel(estimate);
  const list = model.current;
  list.update(count, isHidden, isFollowing);
  const rows = list.rows();

  const place = () => {
    if (!scroller.current || !spacer.current || !window.current) return;
    spacer.current.style.height = `${list.height}px`;
    window.current.style.transform = `translateY(${list.windowTop}px)`;
    // Browsers round what they are told; asking again for what is already there would end a person's swipe.
    if (Math.abs(scroller.current.scrollTop - list.bar) > 1) scroller.current.scrollTop = list.bar;
  };

  useImperativeHandle(ref, () => ({
    scrollTo(row, { align = "start", isFocused = false } = {}) {
      list.goTo(row, align);
      if (isFocused) list.wanted = row;
      redraw();
    },
    scrollToEnd() {
      list.goToEnd();
      redraw();
    },
    first: () => list.firstInSight,
    scrollBy(px) {
      if (scroller.current) scroller.current.scrollTop += px;
    },
  }));

  // Rows tell their height before they are painted, so nothing is ever seen to jump.
  const observer = useRef<ResizeObserver>(null);
  useLayoutEffect(() => {
    const made = new ResizeObserver((entries) => {
      let isScreen = false;
      for (const { target } of entries) {
        if (target === scroller.current) {
          list.screen = target.clientHeight;
          isScreen = true;
        } else if (target instanceof HTMLElement && target.isConnected) {
          list.measured(Number(target.dataset["row"]), target.getBoundingClientRect().height);
        }
      }
      const isOther = list.settle();
      place();
      if (isScreen || isOther) redraw();
    });
    observer.current = made;
    if (scroller.current) {
      list.screen = scroller.current.clientHeight;
      made.observe(scroller.current);
      redraw();
    }
    return () => made.disconnect();
  }, []);

  useLayoutEffect(() => {
    for (const element of window.current?.children ?? []) {
      // A height that changed while the list was drawn is told again; observing twice does no harm.
      observer.current?.observe(element);
      if (element instanceof HTMLElement) list.measured(Number(element.dataset["row"]), element.getBoundingClientRect().height);
    }
    const isOther = list.settle();
    place();
    if (list.wanted !== null) {
      const row = window.current?.querySelector<HTMLElement>(`[data-row="${list.wanted}"] [data-row-focus], [data-row="${list.wanted}"]`);
      if (row) {
        row.focus({ preventScroll: true });
        list.wanted = null;
      }
    }
    if (isOther) redraw();
  });

  const first = rows[0] ?? 0;
  const last = rows.at(-1) ?? 0;
  const tell = useRef(onRange);
  tell.current = onRange;
  useLayoutEffect(() => {
    if (count > 0) tell.current?.(Math.min(first, list.firstLooked), Math.max(last, list.lastLooked));
  }, [first, last, count, list.firstLooked, list.lastLooked]);

  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
    <div
      ref={scroller}
      tabIndex={0}
      role="group"
      aria-label={label}
      className={cx("relative min-h-0 flex-1 overflow-y-auto [overflow-anchor:none]", className)}
      onScroll={({ currentTarget }) => {
        if (Math.abs(currentTarget.scrollTop - list.bar) < 1) return;
        const before = list.toEnd;
        list.scrolledTo(currentTarget.scrollTop);
        onScrolled?.(before, list.toEnd);
        place();
        redraw();
      }}
    >
      <div ref={spacer} className="relative w-full" style={{ height: list.height }}>
        <div
          ref={window}
          role={role}
          aria-label={label}
          className="absolute inset-x-0 top-0"
          style={{ transform: `translateY(${list.windowTop}px)` }}
        >
          {rows.map((row) => (
            <div
              key={keyOf(row)}
              data-row={row}
              role={role === "feed" ? "article" : "listitem"}
              aria-posinset={row + 1}
              aria-setsize={count}
              tabIndex={-1}
              className="outline-none"
            >
              {render(row)}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}
