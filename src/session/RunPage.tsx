import { Link, useSearch } from "@tanstack/react-router";
import { History, Rocket, ScrollText } from "lucide-react";
import { useApiQuery } from "@/api/context.tsx";
import { failureTitle } from "@/api/failure.ts";
import { Badge } from "@/ui/Badge.tsx";
import { cx } from "@/ui/cx.ts";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { Page } from "@/ui/Page.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { text } from "./messages.ts";
import { MissionPanel } from "./MissionPanel.tsx";
import { RequestCards } from "./RequestCards.tsx";
import { RunButtons } from "./RunButtons.tsx";
import { RunDetails } from "./RunDetails.tsx";
import { RunWords } from "./RunWords.tsx";
import { useLive, useRun } from "./useRun.ts";
import { MODES } from "./words.ts";

type Props = { project: number };

const LINK = "inline-flex items-center gap-1.5 rounded-md px-2 py-1 text-muted hover:bg-hover hover:text-text";

/** The run that goes on, or the last one: what it does, what it waits for, and what its sessions came to. */
export function RunPage({ project }: Props) {
  const { run: wanted } = useSearch({ from: "/p/$project/run" });
  const { status, asked, query } = useRun(project);
  const summary = useApiQuery("project_get", { project });
  const live = useLive(project, status);
  const shown = wanted ?? status?.run?.id ?? null;
  const isCurrent = shown === (status?.run?.id ?? null);
  const run = isCurrent ? (status?.run ?? null) : null;
  return (
    <Page
      title={shown === null ? text.run : text.runNumber(shown)}
      aside={
        <>
          {run && <Badge>{MODES[run.mode].name}</Badge>}
          {(run?.rehearsal || (!run && summary.data?.is_rehearsal)) && <Badge tone="warning">{text.rehearsal}</Badge>}
          {run?.is_quick && <Badge tone="warning">{text.quick}</Badge>}
        </>
      }
      actions={
        <>
          <Link to="/p/$project/runs" params={{ project }} className={LINK}>
            <History aria-hidden className="size-4" />
            {text.history}
          </Link>
          {shown !== null && (
            <Link
              to="/p/$project/transcript"
              params={{ project }}
              search={{ run: shown }}
              className={cx(LINK, "max-md:hidden")}
            >
              <ScrollText aria-hidden className="size-4" />
              {text.openTranscript}
            </Link>
          )}
          {status && isCurrent && <RunButtons project={project} status={status} asked={asked} />}
        </>
      }
      isBare
    >
      {query.isError && !status ? (
        <ErrorState
          title={text.failed}
          message={query.error.message}
          hint={query.error.hint ?? failureTitle(query.error)}
          incident={query.error.incident}
          onRetry={() => void query.refetch()}
        />
      ) : !status ? (
        <SkeletonRows label={text.loading} />
      ) : shown === null ? (
        <EmptyState icon={<Rocket aria-hidden />} title={text.neverRan} description={text.neverRanWhat} />
      ) : (
        <div className="min-h-0 flex-1 overflow-y-auto">
          <div className="flex min-h-12 items-center gap-3 border-b border-line px-6 max-md:px-4">
            {isCurrent ? (
              <RunWords status={status} asked={asked} />
            ) : (
              <p>
                {text.earlier}{" "}
                <Link to="/p/$project/run" params={{ project }} className="text-accent hover:underline">
                  {text.toCurrent}
                </Link>
              </p>
            )}
          </div>
          {isCurrent && status.elsewhere && (
            <p className="border-b border-line bg-warning-soft px-6 py-2">
              <span className="font-medium">{text.elsewhere(status.elsewhere.pid)}</span> {text.elsewhereHint}
            </p>
          )}
          {isCurrent && <RequestCards project={project} />}
          <div className="grid items-start gap-6 p-6 max-md:p-4 lg:grid-cols-[minmax(22rem,30rem)_minmax(0,1fr)]">
            {isCurrent && <MissionPanel project={project} status={status} live={live} />}
            <div className={isCurrent ? "min-w-0" : "min-w-0 lg:col-span-2"}>
              <RunDetails project={project} run={shown} />
            </div>
          </div>
        </div>
      )}
    </Page>
  );
}
