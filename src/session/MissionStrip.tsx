import { Link } from "@tanstack/react-router";
import { Brain, Wrench } from "lucide-react";
import { useApiQuery } from "@/api/context.tsx";
import { Badge } from "@/ui/Badge.tsx";
import { dollars, toolName } from "@/ui/format.ts";
import { Progress } from "@/ui/Progress.tsx";
import { Skeleton } from "@/ui/Skeleton.tsx";
import { ContextGauge } from "./ContextGauge.tsx";
import { text } from "./messages.ts";
import { RunButtons } from "./RunButtons.tsx";
import { RunWords } from "./RunWords.tsx";
import { useLive, useRun } from "./useRun.ts";
import { estimate, SANDBOX } from "./words.ts";

type Props = { project: number };

/** What the agent does right now, in two lines above the board. */
export function MissionStrip({ project }: Props) {
  const { status, asked, query } = useRun(project);
  const summary = useApiQuery("project_get", { project });
  const live = useLive(project, status);
  if (query.isError && !status)
    return <StripFailure message={query.error.message} hint={query.error.hint} onRetry={() => void query.refetch()} />;
  if (!status) {
    return (
      <div role="status" aria-label={text.loading} className="flex h-12 items-center gap-4 border-b border-line px-4">
        <Skeleton className="h-4 w-72" />
        <Skeleton className="ml-auto h-7 w-40" />
      </div>
    );
  }
  const { run, session } = status;
  const counts = summary.data?.counts;
  return (
    <section aria-label={text.run} className="border-b border-line bg-panel">
      <div className="flex min-h-12 items-center gap-4 px-4 max-md:flex-wrap max-md:gap-y-2 max-md:py-2">
        <RunWords status={status} asked={asked} />
        {(run ? run.rehearsal : summary.data?.is_rehearsal) && <Badge tone="warning">{text.rehearsalShort}</Badge>}
        {run?.sandbox === "policy_only" && <Badge tone="danger">{SANDBOX.policy_only.name}</Badge>}
        {counts && (
          <div className="flex shrink-0 items-center gap-2 text-xs text-muted tabular max-md:min-w-0 max-md:flex-1 max-md:shrink max-md:flex-wrap max-md:gap-y-1">
            <Progress className="w-28" value={counts.done} max={counts.total} label={text.progressLabel} />
            {text.progress(counts.done, counts.total)}
            {status.estimate_ms !== null && <span>· {estimate(status.estimate_ms)}</span>}
          </div>
        )}
        <div className="flex shrink-0 items-center gap-2">
          <RunButtons project={project} status={status} asked={asked} size="sm" />
        </div>
      </div>
      {session && (
        <div className="flex items-center gap-x-4 gap-y-1.5 border-t border-line px-4 py-1.5 text-xs text-muted max-md:flex-wrap">
          <div className="flex min-w-0 flex-1 items-center gap-4 max-md:basis-full">
            <span className="flex min-w-0 items-center gap-1.5 max-md:hidden" title={live.text ?? undefined}>
              <Brain aria-label={text.thought} className="size-3.5 shrink-0 text-faint" />
              <span className="truncate">{live.text ?? text.noThought}</span>
            </span>
            {live.tool && (
              <span className="flex min-w-0 items-center gap-1.5 md:max-w-[45%] md:shrink-0">
                <Wrench aria-label={text.tool} className="size-3.5 shrink-0 text-faint" />
                <span className="truncate">
                  {toolName(live.tool.tool)} <code className="font-mono">{live.tool.subject}</code>
                </span>
              </span>
            )}
          </div>
          <ContextGauge used={session.context_tokens} all={session.context_window} />
          <span className="tabular">{dollars(run?.cost_usd ?? session.cost_usd)}</span>
          <Link
            to="/p/$project/transcript"
            params={{ project }}
            search={{ session: session.id }}
            className="shrink-0 text-accent hover:underline"
          >
            {text.watch}
          </Link>
        </div>
      )}
    </section>
  );
}

function StripFailure({ message, hint, onRetry }: { message: string; hint: string | null; onRetry: () => void }) {
  return (
    <div role="alert" className="flex min-h-12 items-center gap-3 border-b border-line bg-danger-soft px-4 text-danger">
      <span className="font-medium">{text.failed}</span>
      <span className="min-w-0 truncate text-text">{[message, hint].filter(Boolean).join(" ")}</span>
      <button type="button" className="ml-auto shrink-0 underline underline-offset-2" onClick={onRetry}>
        {text.retry}
      </button>
    </div>
  );
}
