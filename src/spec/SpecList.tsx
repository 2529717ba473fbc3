import { cx } from "@/ui/cx.ts";
import { isChanged } from "@/ui/draft.ts";
import { text } from "./messages.ts";
import type { OpenSpec } from "./useDrafts.ts";

type Props = { open: readonly OpenSpec[]; current: string | null; onOpen: (name: string) => void };

/** The specifications of the project, each with how complete it is and what came from it. */
export function SpecList({ open, current, onOpen }: Props) {
  return (
    <nav
      aria-label={text.page.listLabel}
      className="w-52 shrink-0 overflow-y-auto border-r border-line p-3 max-md:max-h-36 max-md:w-full max-md:border-r-0 max-md:border-b max-md:p-2"
    >
      <ul className="flex flex-col gap-0.5">
        {open.map(({ name, view, draft }) => (
          <li key={name}>
            <button
              type="button"
              aria-current={name === current ? "true" : undefined}
              onClick={() => onOpen(name)}
              className="flex w-full flex-col gap-0.5 rounded-md px-2.5 py-2 text-left hover:bg-hover aria-[current]:bg-hover"
            >
              <span className="flex w-full items-center gap-2">
                <span className={cx("min-w-0 flex-1 truncate", name === current && "font-medium")}>{name}</span>
                {view && <span className="tabular text-2xs text-faint">{text.page.score(view.check.score)}</span>}
              </span>
              <span className="flex w-full items-center gap-1.5 text-2xs text-faint">
                {view ? text.page.features(view.features) : text.page.notSaved}
                {view && isChanged(draft) && <span className="text-warning">· {text.page.changed}</span>}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}
