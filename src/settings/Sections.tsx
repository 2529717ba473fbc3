import { Link } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";
import { cx } from "@/ui/cx.ts";
import { Panel } from "@/ui/Panel.tsx";

type Section<Id extends string> = { id: Id; title: string };

type Props<Id extends string> = {
  label: string;
  sections: readonly Section<Id>[];
  current: Id;
  /** Whose settings; none for those of all projects. */
  project?: number;
  /** For sections with long texts. */
  isWide?: boolean;
  children: ReactNode;
};

const LINK =
  "block rounded-md px-2.5 py-1.5 whitespace-nowrap text-muted pointer-coarse:py-2.5 hover:bg-hover hover:text-text aria-[current]:bg-hover aria-[current]:font-medium aria-[current]:text-text";

/** A settings page: its sections on the left, the one that is open on the right. */
export function Sections<Id extends string>({
  label,
  sections,
  current,
  project,
  isWide = false,
  children,
}: Props<Id>) {
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a narrow screen the sections stand in a row that is longer than the screen.
    nav.current?.querySelector(`[data-section="${current}"]`)?.scrollIntoView({ inline: "center", block: "nearest" });
  }, [current]);
  return (
    <div className="flex min-h-0 flex-1 max-md:flex-col">
      <nav
        ref={nav}
        aria-label={label}
        className="w-48 shrink-0 overflow-y-auto border-r border-line p-3 max-md:w-full max-md:overflow-x-auto max-md:border-r-0 max-md:border-b max-md:py-2"
      >
        <ul className="flex flex-col gap-0.5 max-md:flex-row">
          {sections.map(({ id, title }) => {
            const here = {
              "data-section": id,
              "aria-current": id === current ? ("true" as const) : undefined,
              className: LINK,
            };
            return (
              <li key={id}>
                {project === undefined ? (
                  <Link to="/settings" search={{ section: id }} {...here}>
                    {title}
                  </Link>
                ) : (
                  <Link to="/p/$project/settings" params={{ project }} search={{ section: id }} {...here}>
                    {title}
                  </Link>
                )}
              </li>
            );
          })}
        </ul>
      </nav>
      <div className="min-h-0 min-w-0 flex-1 overflow-y-auto p-6 max-md:p-4">
        <div className={cx("mx-auto flex flex-col gap-5", isWide ? "min-h-full max-w-6xl" : "max-w-3xl")}>
          {children}
        </div>
      </div>
    </div>
  );
}

/** Settings that belong together, one below the other. */
export function Group({
  title,
  hint,
  actions,
  children,
}: {
  title: string;
  hint?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <Panel title={title} actions={actions}>
      <div className="flex flex-col gap-4">
        {hint && <p className="text-xs text-faint">{hint}</p>}
        {children}
      </div>
    </Panel>
  );
}
