import { Link, useSearch } from "@tanstack/react-router";
import { History } from "lucide-react";
import type { Run } from "@/api/bindings.ts";
import { useApiQuery } from "@/api/context.tsx";
import { Badge } from "@/ui/Badge.tsx";
import { cx } from "@/ui/cx.ts";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { dollars, duration, moment } from "@/ui/format.ts";
import { Page } from "@/ui/Page.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { Split } from "@/ui/Split.tsx";
import { useNow } from "@/ui/useNow.ts";
import { text } from "./messages.ts";
import { RunDetails } from "./RunDetails.tsx";
import { endTone, endWords, MODES } from "./words.ts";

type Props = { project: number };

/** Every run of the project: when, what for, how it ended and what it cost. */
export function RunHistoryPage({ project }: Props) {
  const { run: wanted } = useSearch({ from: "/p/$project/runs" });
  const runs = useApiQuery("run_list", { project });
  const chosen = wanted ?? runs.data?.[0]?.id ?? null;
  return (
    <Page title={text.runs} isBare>
      {runs.isError && !runs.data ? (
        <ErrorState
          title={text.failed}
          message={runs.error.message}
          hint={runs.error.hint}
          incident={runs.error.incident}
          onRetry={() => void runs.refetch()}
        />
      ) : !runs.data ? (
        <SkeletonRows label={text.loading} />
      ) : runs.data.length === 0 ? (
        <EmptyState icon={<History aria-hidden />} title={text.noHistory} description={text.noHistoryWhat} />
      ) : (
        <Split
          name="runs"
          label={text.history}
          initial={320}
          least={240}
          side={
            <nav aria-label={text.history} className="min-h-0 flex-1 overflow-y-auto p-2">
              <ul className="flex flex-col gap-px">
                {runs.data.map((run) => (
                  <li key={run.id}>
                    <RunLine project={project} run={run} isChosen={run.id === chosen} />
                  </li>
                ))}
              </ul>
            </nav>
          }
        >
          <div className="min-h-0 flex-1 overflow-y-auto p-6">
            {chosen !== null && <RunDetails project={project} run={chosen} />}
          </div>
        </Split>
      )}
    </Page>
  );
}

function RunLine({ project, run, isChosen }: { project: number; run: Run; isChosen: boolean }) {
  const now = useNow(30_000);
  return (
    <Link
      to="/p/$project/runs"
      params={{ project }}
      search={{ run: run.id }}
      aria-current={isChosen ? "true" : undefined}
      className={cx("block rounded-md px-3 py-2 hover:bg-hover", isChosen && "bg-hover")}
    >
      <span className="flex items-center gap-2">
        <span className="shrink-0 font-medium">{text.runNumber(run.id)}</span>
        <span className="min-w-0 flex-1 truncate text-muted" title={MODES[run.mode].name}>
          {MODES[run.mode].name}
        </span>
        {run.rehearsal && <Badge tone="warning">{text.rehearsalShort}</Badge>}
        <Badge tone={endTone(run.end)}>{run.end ? endWords(run.end) : text.goingOn}</Badge>
      </span>
      <span className="mt-0.5 flex items-center gap-2 text-xs text-muted tabular">
        <span className="min-w-0 flex-1 truncate">
          {moment(run.started_at_ms)} · {duration(Math.max(0, (run.ended_at_ms ?? now) - run.started_at_ms))} ·{" "}
          {text.sessions(run.sessions)}
        </span>
        <span>{dollars(run.cost_usd)}</span>
      </span>
    </Link>
  );
}
