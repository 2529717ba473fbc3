import { LoaderCircle } from "lucide-react";
import type { ComponentProps, MouseEvent, ReactNode } from "react";
import { cx } from "./cx.ts";
import { Tooltip } from "./Tooltip.tsx";

type ButtonVariant = "primary" | "secondary" | "ghost" | "danger";

const VARIANTS: Readonly<Record<ButtonVariant, string>> = {
  primary: "bg-accent-fill text-on-accent hover:brightness-110",
  secondary: "border border-line-strong bg-raised text-text shadow-raised hover:bg-hover",
  ghost: "text-muted hover:bg-hover hover:text-text",
  danger: "bg-danger-fill text-on-accent hover:brightness-110",
};

type Props = ComponentProps<"button"> & {
  variant?: ButtonVariant;
  size?: "sm" | "md";
  icon?: ReactNode;
  /** Shows that it is at work, and takes no second press. */
  isBusy?: boolean;
  /** Why it cannot be pressed now. It stays reachable, so that the reason can be found. */
  refusal?: string | null;
};

/** The one button. One primary button to a view. */
export function Button({
  variant = "secondary",
  size = "md",
  icon,
  isBusy = false,
  refusal = null,
  className,
  children,
  ...rest
}: Props) {
  const button = (
    <button
      type="button"
      {...rest}
      {...(refusal === null ? {} : { "aria-disabled": true, onClick: keep })}
      disabled={refusal === null && (rest.disabled || isBusy)}
      aria-busy={isBusy || undefined}
      className={cx(
        "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap transition-colors",
        "disabled:pointer-events-none disabled:opacity-50 aria-disabled:opacity-50 aria-disabled:hover:brightness-100",
        size === "sm" ? "h-7 px-2 text-xs pointer-coarse:h-9" : "h-8 px-3 text-sm pointer-coarse:h-10",
        VARIANTS[variant],
        className,
      )}
    >
      {isBusy ? <LoaderCircle aria-hidden className="size-3.5 animate-spin" /> : icon}
      {children}
    </button>
  );
  return refusal === null ? button : <Tooltip text={refusal}>{button}</Tooltip>;
}

/** A press of a button that refuses does nothing, also where it would send a form. */
function keep(event: MouseEvent): void {
  event.preventDefault();
}
