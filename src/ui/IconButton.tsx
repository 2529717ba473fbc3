import type { ComponentProps, ReactNode } from "react";
import { cx } from "./cx.ts";
import { Tooltip } from "./Tooltip.tsx";

type Props = Omit<ComponentProps<"button">, "aria-label"> & {
  /** What it does, in words: its name for a screen reader and its tooltip. */
  label: string;
  icon: ReactNode;
  size?: "sm" | "md";
  shortcut?: string | undefined;
};

/** A button that is only a picture, and says what it does on hover and to a screen reader. */
export function IconButton({ label, icon, size = "md", shortcut, className, ...rest }: Props) {
  return (
    <Tooltip text={label} shortcut={shortcut}>
      <button
        type="button"
        aria-label={label}
        {...rest}
        className={cx(
          "inline-flex shrink-0 items-center justify-center rounded-md text-muted transition-colors hover:bg-hover hover:text-text",
          "aria-pressed:bg-accent-soft aria-pressed:text-accent disabled:pointer-events-none disabled:opacity-50",
          size === "sm" ? "size-6 pointer-coarse:size-9" : "size-8 pointer-coarse:size-10",
          className,
        )}
      >
        {icon}
      </button>
    </Tooltip>
  );
}
