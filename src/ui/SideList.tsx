import type { ReactNode } from "react";
import { cx } from "./cx.ts";

type Props<Id extends string | number> = {
  label: string;
  entries: readonly { id: Id; content: ReactNode }[];
  current: Id;
  onChoose: (id: Id) => void;
  /** Its width, and what separates it from what is chosen. */
  className?: string;
};

/** A few things of which one is shown beside the list; on a narrow screen the list is a row above it. */
export function SideList<Id extends string | number>({ label, entries, current, onChoose, className }: Props<Id>) {
  return (
    <nav aria-label={label} className={cx("shrink-0", className)}>
      <ul className="flex flex-col gap-0.5 max-md:flex-row max-md:overflow-x-auto">
        {entries.map(({ id, content }) => (
          <li key={id} className="max-md:shrink-0">
            <button
              type="button"
              aria-current={id === current ? "true" : undefined}
              onClick={() => onChoose(id)}
              className="w-full rounded-md px-2.5 py-1.5 text-left hover:bg-hover pointer-coarse:py-2.5 aria-[current]:bg-hover aria-[current]:font-medium"
            >
              {content}
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}
