import { Timer, TriangleAlert } from "lucide-react";
import { reasonOf } from "@/api/failure.ts";
import { Button } from "@/ui/Button.tsx";
import { useNow } from "@/ui/useNow.ts";
import { text } from "./messages.ts";
import type { Attempt } from "./useAttempt.ts";

type Props = { attempt: Attempt; label: string; failureTitle: string; isDisabled?: boolean };

/** What became of the last try, and the button for the next one: counted down where it has to wait. */
export function SubmitRow({ attempt, label, failureTitle, isDisabled = false }: Props) {
  const { failure, waitsUntil_ms, isBusy } = attempt;
  const now = useNow(1000);
  const left = waitsUntil_ms === null ? 0 : Math.ceil((waitsUntil_ms - now) / 1000);
  return (
    <div className="flex flex-col gap-3">
      <div role="alert">
        {failure && left <= 0 && (
          <p className="flex items-start gap-2 rounded-md bg-danger-soft px-3 py-2 text-danger">
            <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
            <span>
              {failureTitle} {reasonOf(failure)}
            </span>
          </p>
        )}
      </div>
      {/* A timer, and no alert: a screen reader would say every second of it. */}
      {left > 0 && (
        <p role="timer" className="tabular flex items-start gap-2 rounded-md bg-warning-soft px-3 py-2 text-warning">
          <Timer aria-hidden className="mt-0.5 size-4 shrink-0" />
          {text.wait(left)}
        </p>
      )}
      <Button type="submit" variant="primary" isBusy={isBusy} disabled={isDisabled || left > 0} className="w-full">
        {label}
      </Button>
    </div>
  );
}
