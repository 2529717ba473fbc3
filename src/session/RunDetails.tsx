import { useApiQuery } from "@/api/context.tsx";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { Panel } from "@/ui/Panel.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { text } from "./messages.ts";
import { MoveList, SessionTable } from "./RunTables.tsx";

type Props = { project: number; run: number };

/** The sessions of one run and how it moved. */
export function RunDetails({ project, run }: Props) {
  const detail = useApiQuery("run_get", { project, run }, { keepsPrevious: true });
  if (detail.isError && !detail.data) {
    const { error } = detail;
    return (
      <ErrorState
        title={text.failed}
        message={error.message}
        hint={error.hint}
        incident={error.incident}
        onRetry={() => void detail.refetch()}
      />
    );
  }
  if (!detail.data) return <SkeletonRows label={text.loading} />;
  const { end } = detail.data.run;
  const why = end && "why" in end ? end.why : end && "message" in end ? end.message : null;
  return (
    <div className="flex flex-col gap-6">
      {why && <p className="rounded-lg border border-line bg-warning-soft px-4 py-3">{why}</p>}
      <Panel title={text.sessionsTitle} isFlush>
        <SessionTable project={project} sessions={detail.data.sessions} />
      </Panel>
      {detail.data.transitions.length > 0 && (
        <Panel title={text.movesTitle} isFlush>
          <MoveList project={project} moves={detail.data.transitions} />
        </Panel>
      )}
    </div>
  );
}
