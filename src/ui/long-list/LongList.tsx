import {
  type ReactNode,
  type Ref,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { cx } from "../cx.ts";
import { ListModel } from "./model.ts";

export type LongListHandle = {
  /** Brings a row into sight, and gives it the focus if asked. */
  scrollTo: (row: number, how?: { align?: "start" | "center" | "nearest"; isFocused?: boolean }) => void;
  scrollToEnd: () => void;
  /** The first row in sight. */
  first: () => number;
};

type Props = {
  count: number;
  /** What a row is believed to be high, in px, before it was shown. */
  estimate: number;
  keyOf: (row: number) => string | number;
  render: (row: number) => ReactNode;
  /** Rows that are not shown at all, as far as is known. Another function when other rows are. */
  isHidden?: ((row: number) => boolean) | undefined;
  /** Whether the list stays at its end as it grows. */
  isFollowing?: boolean;
  /** A person scrolled: how far the end was away before and after, in px. */
  onScrolled?: (before: number, after: number) => void;
  /** Rows in sight, and those just outside of it. */
  onRange?: (first: number, last: number) => void;
  role?: "feed" | "list" | "presentation";
  /** The row to bring into sight, when it changes. */
  reveal?: number | null;
  label: string;
  className?: string;
  ref?: Ref<LongListHandle>;
};

const ROW_ROLES = { feed: "article", list: "listitem", presentation: "presentation" } as const;

/**
 * A list of any length and of rows of any height; a million are fine. Only rows in and near sight exist.
 *
 * What is in sight stays where it is when rows above turn out to be higher or lower than believed.
 */
export function LongList(props: Props) {
  const { count, estimate, keyOf, render, isHidden, isFollowing = false, onScrolled, onRange } = props;
  const { role = "list", reveal = null, label, className, ref } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [list] = useState(() => new ListModel(estimate));
  const view = useSyncExternalStore(list.subscribe, list.view);
  const observer = useRef<ResizeObserver>(null);

  useImperativeHandle(ref, () => ({
    scrollTo(row, { align = "start", isFocused = false } = {}) {
      list.goTo(row, align, isFocused);
      place(scroller.current, list);
    },
    scrollToEnd() {
      list.goToEnd();
      place(scroller.current, list);
    },
    first: () => list.firstInSight,
  }));

  // Rows tell their height before they are painted, so nothing is ever seen to jump.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const made = new ResizeObserver((entries) => {
      for (const { target } of entries) {
        if (target === element) list.resizeScreen(element.clientHeight);
        else if (target instanceof HTMLElement && target.isConnected) measure(target, list);
      }
      list.settle();
      place(element, list);
    });
    observer.current = made;
    list.resizeScreen(element.clientHeight);
    made.observe(element);
    return () => made.disconnect();
  }, [list]);

  useLayoutEffect(() => {
    list.update(count, isHidden, isFollowing);
    place(scroller.current, list);
  }, [list, count, isHidden, isFollowing]);

  useLayoutEffect(() => {
    for (const row of view.rows) {
      const element = elementOf(scroller.current, row);
      if (!element) continue;
      observer.current?.observe(element);
      measure(element, list);
    }
    list.settle();
    place(scroller.current, list);
  }, [list, view]);

  useLayoutEffect(() => {
    if (reveal === null || reveal < 0) return;
    list.goTo(reveal, "nearest", false);
    place(scroller.current, list);
  }, [list, reveal]);

  useEffect(() => {
    if (count > 0) onRange?.(view.firstLooked, view.lastLooked);
  }, [view, count, onRange]);

  return (
    <div
      ref={scroller}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
      tabIndex={0}
      role="group"
      aria-label={label}
      className={cx("relative min-h-0 flex-1 overflow-y-auto [overflow-anchor:none]", className)}
      onScroll={({ currentTarget }) => {
        const before = list.toEnd;
        const { scrollTop, clientHeight } = currentTarget;
        if (list.scrolledTo(scrollTop, clientHeight)) onScrolled?.(before, list.toEnd);
        place(currentTarget, list);
      }}
    >
      <div className="relative w-full">
        <div role={role} aria-label={label} className="absolute inset-x-0 top-0">
          {view.rows.map((row) => (
            <div
              key={keyOf(row)}
              data-row={row}
              role={ROW_ROLES[role]}
              {...(role === "presentation" ? {} : { "aria-posinset": row + 1, "aria-setsize": count, tabIndex: -1 })}
              className="outline-offset-[-2px]"
            >
              {render(row)}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

/** The element that holds the drawn rows. */
function windowIn(scroller: HTMLElement | null): HTMLElement | null {
  const inner = scroller?.firstElementChild?.firstElementChild;
  return inner instanceof HTMLElement ? inner : null;
}

function elementOf(scroller: HTMLElement | null, row: number): HTMLElement | null {
  return windowIn(scroller)?.querySelector<HTMLElement>(`:scope > [data-row="${row}"]`) ?? null;
}

function measure(row: HTMLElement, list: ListModel): void {
  list.measured(Number(row.dataset["row"]), row.getBoundingClientRect().height);
}

/** Puts the rows, the height of all and the scrollbar where the model has them. */
function place(scroller: HTMLElement | null, list: ListModel): void {
  const rows = windowIn(scroller);
  const spacer = rows?.parentElement;
  if (!scroller || !rows || !spacer) return;
  spacer.style.height = `${list.height}px`;
  rows.style.transform = `translateY(${list.windowTop}px)`;
  const bar = list.takeBar();
  if (bar !== null) scroller.scrollTop = bar;
  const wanted = list.wanted === null ? null : elementOf(scroller, list.wanted);
  if (wanted) {
    wanted.focus({ preventScroll: true });
    list.focused();
  }
}
