import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "./Button.tsx";

type Props = {
  title: string;
  message: string;
  hint?: string | null | undefined;
  /** The number under which the host's log has more. */
  incident?: string | null | undefined;
  onRetry?: (() => void) | undefined;
  retryLabel?: string;
  incidentLabel?: string;
  actions?: ReactNode;
};

/** What failed, why, and what to do next. */
export function ErrorState({
  title,
  message,
  hint,
  incident,
  onRetry,
  retryLabel = "Try again",
  incidentLabel = "Incident",
  actions,
}: Props) {
  return (
    <div role="alert" className="flex flex-1 flex-col items-center justify-center gap-3 p-10 text-center">
      <TriangleAlert aria-hidden className="size-7 stroke-[1.5] text-danger" />
      <div className="max-w-lg">
        <p className="text-base font-medium">{title}</p>
        <p className="mt-1 break-words text-muted">{message}</p>
        {hint && <p className="mt-1 text-muted">{hint}</p>}
        {incident && (
          <p className="mt-2 text-xs text-faint">
            {incidentLabel} <code className="font-mono select-all">{incident}</code>
          </p>
        )}
      </div>
      {(onRetry || actions) && (
        <div className="mt-1 flex gap-2">
          {onRetry && <Button onClick={onRetry}>{retryLabel}</Button>}
          {actions}
        </div>
      )}
    </div>
  );
}
