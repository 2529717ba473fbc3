import type { Status } from "@/api/bindings.ts";
import { Badge, type Tone } from "@/ui/Badge.tsx";
import { text } from "./messages.ts";

const TONES: Readonly<Record<Status, Tone>> = {
  pending: "neutral",
  open: "neutral",
  in_progress: "accent",
  analyzing: "accent",
  fixing: "accent",
  passing: "success",
  resolved: "success",
  failing: "danger",
  blocked: "danger",
  needs_input: "warning",
};

/** Where a card stands, in a word. */
export function StatusBadge({ status }: { status: Status | undefined }) {
  return status ? <Badge tone={TONES[status]}>{text.statuses[status]}</Badge> : null;
}
