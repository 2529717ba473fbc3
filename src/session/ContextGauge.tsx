import { compact } from "@/ui/format.ts";
import { Tooltip } from "@/ui/Tooltip.tsx";
import { text } from "./messages.ts";

type Props = { used: number | null; all: number | null };

/** Above this share the CLI is about to shorten the conversation. */
const NEARLY_FULL = 0.8;
const RADIUS = 7;
const ROUND = 2 * Math.PI * RADIUS;

/** How full the model's context window is, as a ring with its figures. */
export function ContextGauge({ used, all }: Props) {
  if (used === null || all === null || all <= 0) return <span className="text-faint">–</span>;
  const share = Math.min(1, used / all);
  const isFull = share >= NEARLY_FULL;
  const figures = text.contextOf(compact(used), compact(all));
  return (
    <Tooltip text={isFull ? text.contextFull : `${text.context}: ${figures}`}>
      <span
        role="meter"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- its tooltip must be reachable by keyboard
        tabIndex={0}
        aria-label={text.context}
        aria-valuemin={0}
        aria-valuemax={all}
        aria-valuenow={used}
        aria-valuetext={figures}
        className="inline-flex items-center gap-1.5 rounded-sm tabular"
      >
        <svg aria-hidden viewBox="0 0 18 18" className="size-4 -rotate-90">
          <circle cx="9" cy="9" r={RADIUS} fill="none" strokeWidth="3" className="stroke-line-strong" />
          <circle
            cx="9"
            cy="9"
            r={RADIUS}
            fill="none"
            strokeWidth="3"
            strokeDasharray={`${ROUND * share} ${ROUND}`}
            className={isFull ? "stroke-warning" : "stroke-accent"}
          />
        </svg>
        {figures}
      </span>
    </Tooltip>
  );
}
