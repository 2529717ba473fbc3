import { Link } from "@tanstack/react-router";
import type { TranscriptPart } from "@/api/bindings.ts";
import { Badge } from "@/ui/Badge.tsx";
import { cx } from "@/ui/cx.ts";
import { shortMoment } from "@/ui/format.ts";
import { LongList } from "@/ui/long-list/LongList.tsx";
import { useNow } from "@/ui/useNow.ts";
import { text, transcriptText } from "./messages.ts";
import type { Outline } from "./outline.ts";
import { outcomeTone, outcomeWords, ROLES } from "./words.ts";

type Props = {
  project: number;
  run: number;
  parts: readonly TranscriptPart[];
  outline: Outline;
  current: string | null;
};

/** The sessions of the run, each a way to its beginning; newest first. */
export function SessionList({ project, run, parts, outline, current }: Props) {
  const now = useNow(60_000);
  return (
    <nav aria-label={transcriptText.sessionsOf} className="flex min-h-0 flex-1 flex-col">
      <LongList
        label={transcriptText.sessionsOf}
        count={parts.length}
        estimate={58}
        keyOf={(row) => parts[parts.length - 1 - row]?.session ?? row}
        className="[&_[data-row]]:px-2 [&_[data-row='0']]:pt-2"
        render={(row) => {
          const part = parts[parts.length - 1 - row];
          if (!part) return null;
          const isCurrent = part.session === current;
          return (
            <Link
              to="/p/$project/transcript"
              params={{ project }}
              search={{ run, session: part.session, row: 0 }}
              aria-current={isCurrent ? "true" : undefined}
              className={cx("block rounded-md px-2.5 py-1.5 hover:bg-hover", isCurrent && "bg-hover")}
            >
              <span className="flex items-center gap-2">
                <span className="truncate font-medium">{text.sessionNumber(part.number)}</span>
                <Badge className="ml-auto" tone={outcomeTone(part.outcome)}>
                  {part.outcome ? outcomeWords(part.outcome) : text.goingOn}
                </Badge>
              </span>
              <span className="flex gap-2 text-xs text-muted tabular">
                <span className="truncate">
                  {ROLES[part.role]}
                  {part.feature !== null && ` · #${part.feature}`} · {shortMoment(part.started_at_ms, now)}
                </span>
                <span className="ml-auto shrink-0">{text.rows(outline.rowsOf(part.session))}</span>
              </span>
            </Link>
          );
        }}
      />
    </nav>
  );
}
