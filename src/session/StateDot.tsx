import type { RunStatus } from "@/api/bindings.ts";
import { cx } from "@/ui/cx.ts";

/** The colour of a run's state at a glance; the words beside it say the same. */
export function StateDot({ status }: { status: RunStatus }) {
  const { run, is_running, until_ms, elsewhere } = status;
  const needsPerson = run?.state === "waiting_approval" || run?.end?.code === "needs_person";
  const isBad = run?.state === "error" || run?.end?.code === "failed" || run?.end?.code === "crashed";
  const isLive = is_running || elsewhere !== null;
  const colour = isBad
    ? "bg-danger"
    : needsPerson || (isLive && until_ms !== null)
      ? "bg-warning"
      : isLive
        ? "bg-accent"
        : run?.end?.code === "all_passing"
          ? "bg-success"
          : "bg-faint";
  return (
    <span
      aria-hidden
      className={cx("inline-block size-2 shrink-0 rounded-full", colour, isLive && !needsPerson && "animate-breathe")}
    />
  );
}
