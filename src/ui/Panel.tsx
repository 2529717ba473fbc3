import { type ReactNode, useId } from "react";
import { cx } from "./cx.ts";

type Props = { title?: string; actions?: ReactNode; children: ReactNode; className?: string; isFlush?: boolean };

/** A titled surface that groups what belongs together. */
export function Panel({ title, actions, children, className, isFlush = false }: Props) {
  const id = useId();
  return (
    <section
      aria-labelledby={title ? id : undefined}
      className={cx("rounded-lg border border-line bg-panel", className)}
    >
      {title && (
        <header className="flex h-10 items-center justify-between gap-3 border-b border-line px-4">
          <h2 id={id} className="text-sm font-semibold">
            {title}
          </h2>
          {actions}
        </header>
      )}
      <div className={isFlush ? "" : "p-4"}>{children}</div>
    </section>
  );
}
