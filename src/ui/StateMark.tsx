import { CircleAlert, CircleCheck, CircleX } from "lucide-react";
import { cx } from "./cx.ts";

export type CheckState = "ok" | "warning" | "problem";

const MARKS = {
  ok: { Icon: CircleCheck, tone: "text-success" },
  warning: { Icon: CircleAlert, tone: "text-warning" },
  problem: { Icon: CircleX, tone: "text-danger" },
} as const;

/** Whether something is as it should be: a sign of its own shape and colour, and its word for screen readers. */
export function StateMark({ state, label, className }: { state: CheckState; label: string; className?: string }) {
  const { Icon, tone } = MARKS[state];
  return (
    <span className={cx("flex shrink-0 items-center", tone, className)}>
      <Icon aria-hidden className="size-4.5" />
      <span className="sr-only">{label}</span>
    </span>
  );
}
