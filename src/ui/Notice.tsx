import type { ReactNode } from "react";
import { cx } from "./cx.ts";

const TONES = {
  neutral: "bg-hover text-muted",
  warning: "bg-warning-soft text-warning",
  danger: "bg-danger-soft text-danger",
} as const;

type Props = { tone?: keyof typeof TONES; icon?: ReactNode; children: ReactNode };

/** A sentence that belongs to what stands below it. */
export function Notice({ tone = "neutral", icon, children }: Props) {
  return (
    <div
      className={cx(
        "flex items-start gap-2 rounded-md px-3 py-2 [&>svg]:mt-0.5 [&>svg]:size-4 [&>svg]:shrink-0",
        TONES[tone],
      )}
    >
      {icon}
      <div className="min-w-0 flex-1">{children}</div>
    </div>
  );
}
