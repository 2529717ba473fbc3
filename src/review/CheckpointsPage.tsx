import { useNavigate, useSearch } from "@tanstack/react-router";
import { Flag, History, Plus, Undo2 } from "lucide-react";
import { useState } from "react";
import { useApiQuery, useRefusal } from "@/api/context.tsx";
import { Button } from "@/ui/Button.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { Page } from "@/ui/Page.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { Split } from "@/ui/Split.tsx";
import { CheckpointDetail } from "./CheckpointDetail.tsx";
import { CheckpointTimeline } from "./CheckpointTimeline.tsx";
import { CreateCheckpoint } from "./CreateCheckpoint.tsx";
import { checkpointText as text } from "./messages.ts";
import { useUndo } from "./useUndo.ts";

type Props = { project: number };

/** The saved states of the project: what each holds, what going back to it would change, and how to undo that. */
export function CheckpointsPage({ project }: Props) {
  const { checkpoint: wanted } = useSearch({ from: "/p/$project/checkpoints" });
  const navigate = useNavigate();
  const list = useApiQuery("checkpoint_list", { project });
  const [isCreating, setCreating] = useState(false);
  const undo = useUndo(project);
  const checkpoints = list.data ?? [];
  const chosen = checkpoints.find((one) => one.id === wanted) ?? checkpoints[0];
  const choose = (checkpoint: number) =>
    void navigate({ to: "/p/$project/checkpoints", params: { project }, search: { checkpoint }, replace: true });
  const refusal = useRefusal("checkpoint_create");
  return (
    <Page
      title={text.title}
      actions={
        <>
          {checkpoints.some((one) => one.is_undo) && (
            <Button
              icon={<Undo2 aria-hidden className="size-4" />}
              refusal={refusal}
              isBusy={undo.isPending}
              onClick={() => undo.mutate({ project })}
            >
              {text.undoRestore}
            </Button>
          )}
          <Button
            variant="primary"
            refusal={refusal}
            icon={<Plus aria-hidden className="size-4" />}
            onClick={() => setCreating(true)}
          >
            {text.create}
          </Button>
        </>
      }
      isBare
    >
      {list.isError && !list.data ? (
        <ErrorState
          title={text.failed}
          message={list.error.message}
          hint={list.error.hint}
          incident={list.error.incident}
          onRetry={() => void list.refetch()}
        />
      ) : !list.data ? (
        <SkeletonRows label={text.loading} />
      ) : !chosen ? (
        <EmptyState icon={<History aria-hidden />} title={text.none} description={text.noneWhat} />
      ) : (
        <Split
          name="checkpoints"
          label={text.timeline}
          initial={340}
          least={260}
          side={<CheckpointTimeline checkpoints={checkpoints} chosen={chosen.id} onChoose={choose} />}
        >
          {wanted !== undefined && chosen.id !== wanted && (
            <p role="status" className="flex items-center gap-2 border-b border-line bg-warning-soft px-6 py-2">
              <Flag aria-hidden className="size-4 text-warning" />
              {text.gone(wanted)}
            </p>
          )}
          <CheckpointDetail key={chosen.id} project={project} checkpoint={chosen} />
        </Split>
      )}
      {isCreating && (
        <CreateCheckpoint
          project={project}
          onClose={() => setCreating(false)}
          onCreated={(checkpoint) => {
            setCreating(false);
            choose(checkpoint);
          }}
        />
      )}
    </Page>
  );
}
