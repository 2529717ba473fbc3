import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { GitCompareArrows, Pin, PinOff, RotateCcw, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { CheckpointCard } from "@/api/bindings.ts";
import { useApiMutation, useApiQuery, useRefusal } from "@/api/context.tsx";
import { AlertDialog } from "@/ui/AlertDialog.tsx";
import { Button } from "@/ui/Button.tsx";
import { count, moment } from "@/ui/format.ts";
import { Panel } from "@/ui/Panel.tsx";
import { toast } from "@/ui/toast.ts";
import { checkpointText as text } from "./messages.ts";
import { shortCommit } from "./of.ts";
import { RestorePreview } from "./RestorePreview.tsx";
import { useUndo } from "./useUndo.ts";

type Props = { project: number; checkpoint: CheckpointCard };

/** One checkpoint: what it holds, what going back to it would change, and what can be done with it. */
export function CheckpointDetail({ project, checkpoint }: Props) {
  const [isRemoving, setRemoving] = useState(false);
  const refusal = useRefusal("checkpoint_pin");
  const mayNotDelete = useRefusal("checkpoint_delete");
  const pin = useApiMutation("checkpoint_pin", { failureTitle: text.pinFailed });
  const remove = useApiMutation("checkpoint_delete", {
    failureTitle: text.removeFailed,
    onSuccess: () => toast({ title: text.removed(checkpoint.id), tone: "success" }),
    onSettled: () => setRemoving(false),
  });
  const { id, name, is_pinned } = checkpoint;
  return (
    <div className="min-h-0 flex-1 overflow-y-auto p-6">
      <div className="flex max-w-4xl flex-col gap-5">
        <div className="flex flex-wrap items-start gap-3">
          <div className="min-w-0 flex-1">
            <h2 className="text-lg font-semibold wrap-anywhere">{name}</h2>
            <p className="text-muted">
              {text.kinds[checkpoint.kind]} · {moment(checkpoint.created_at_ms)}
            </p>
          </div>
          <div className="flex flex-wrap gap-2">
            <Button
              refusal={refusal}
              icon={is_pinned ? <PinOff aria-hidden className="size-4" /> : <Pin aria-hidden className="size-4" />}
              isBusy={pin.isPending}
              onClick={() => pin.mutate({ project, checkpoint: id, is_pinned: !is_pinned })}
            >
              {is_pinned ? text.unpin : text.pin}
            </Button>
            <Button
              refusal={mayNotDelete}
              icon={<Trash2 aria-hidden className="size-4" />}
              onClick={() => setRemoving(true)}
            >
              {text.remove}
            </Button>
            <RestoreButton project={project} checkpoint={checkpoint} />
          </div>
        </div>
        <Facts project={project} checkpoint={checkpoint} />
        <RestorePreview project={project} checkpoint={id} />
      </div>
      <AlertDialog
        isOpen={isRemoving}
        onClose={() => setRemoving(false)}
        title={text.removeTitle(id)}
        description={text.removeWhat}
        confirmLabel={text.remove}
        cancelLabel={text.cancel}
        isBusy={remove.isPending}
        onConfirm={() => remove.mutate({ project, checkpoint: id })}
      />
    </div>
  );
}

function Facts({ project, checkpoint }: Props) {
  const { feature, branch, head, files, cards_done, cards_total, left_out, remarks } = checkpoint;
  return (
    <Panel>
      <dl className="grid grid-cols-[7rem_1fr] gap-x-4 gap-y-2 tabular">
        <Fact name={text.board}>
          {text.progress(cards_done, cards_total)}
          {feature !== null && (
            <>
              {" · "}
              <Link
                to="/p/$project/feature/$feature"
                params={{ project, feature }}
                className="text-accent hover:underline"
              >
                #{feature}
              </Link>
            </>
          )}
        </Fact>
        <Fact name={text.filesOf}>{count(files)}</Fact>
        <Fact name={text.branch}>
          {branch ?? text.detached}
          {head && <code className="ml-2 font-mono text-xs text-muted">{shortCommit(head)}</code>}
        </Fact>
        {left_out.length > 0 && (
          <Fact name={text.notHeld}>
            <ul>
              {left_out.map(({ path, why }) => (
                <li key={path}>
                  <code className="font-mono text-xs wrap-anywhere">{path}</code>{" "}
                  <span className="text-muted">{why}</span>
                </li>
              ))}
            </ul>
          </Fact>
        )}
      </dl>
      {remarks.map((remark) => (
        <p key={remark} className="mt-2 text-warning">
          {remark}
        </p>
      ))}
      <Link
        to="/p/$project/review"
        params={{ project }}
        search={{ checkpoint: checkpoint.id }}
        className="mt-3 inline-flex items-center gap-1.5 text-accent hover:underline"
      >
        <GitCompareArrows aria-hidden className="size-4" />
        {text.changesSince}
      </Link>
    </Panel>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}

/** Asks, stops the run if a person agrees, and restores; what was there before can be had back. */
function RestoreButton({ project, checkpoint }: Props) {
  const queries = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const status = useApiQuery("run_status", { project });
  const undo = useUndo(project);
  const restore = useApiMutation("checkpoint_restore", {
    failureTitle: text.restoreFailed,
    onSuccess: ({ files, features, remarks }) => {
      setAsking(false);
      toast({
        title: text.restored(files, features),
        tone: "success",
        ...(remarks.length > 0 ? { description: remarks.join(" ") } : {}),
        action: { label: text.undo, run: () => undo.mutate({ project }) },
      });
    },
  });
  const refusal = useRefusal("checkpoint_restore");
  const isRunning = status.data?.is_running ?? false;
  const elsewhere = status.data?.elsewhere ?? null;
  return (
    <>
      <Button
        variant="primary"
        refusal={refusal}
        icon={<RotateCcw aria-hidden className="size-4" />}
        disabled={elsewhere !== null}
        title={elsewhere ? text.elsewhere(elsewhere.pid) : undefined}
        onClick={() => {
          // Files may have changed since the preview was read; what is asked about is what would happen now.
          void queries.invalidateQueries({ queryKey: ["checkpoint_preview", { project, checkpoint: checkpoint.id }] });
          setAsking(true);
        }}
      >
        {text.restore}
      </Button>
      <AlertDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={text.restoreTitle(checkpoint.name)}
        description={
          <>
            <p>{text.restoreWhat}</p>
            {isRunning && (
              <p className="mt-2 rounded-md bg-warning-soft px-3 py-2 text-text">
                <span className="font-medium">{text.runGoesOn}</span> {text.stopRunWhat}
              </p>
            )}
          </>
        }
        confirmLabel={isRunning ? text.stopRun : text.restoreNow}
        cancelLabel={text.cancel}
        isBusy={restore.isPending}
        onConfirm={() => restore.mutate({ project, checkpoint: checkpoint.id, stop_run: isRunning })}
      />
    </>
  );
}
