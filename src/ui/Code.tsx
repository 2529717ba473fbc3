import type { ReactNode } from "react";
import { cx } from "./cx.ts";

/** Something to be typed or read exactly: a command, a path. Long ones wrap, and one click selects all of it. */
export function Code({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <code
      className={cx(
        "rounded-md border border-line bg-canvas px-2.5 py-1.5 font-mono text-xs break-all whitespace-pre-wrap select-all",
        className,
      )}
    >
      {children}
    </code>
  );
}
