import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { ProjectSummary } from "@/api/bindings.ts";
import { useApiMutation, useApiQuery } from "@/api/context.tsx";
import { reasonOf } from "@/api/failure.ts";
import { AlertDialog } from "@/ui/AlertDialog.tsx";
import { Button } from "@/ui/Button.tsx";
import { Code } from "@/ui/Code.tsx";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { Field } from "@/ui/Field.tsx";
import { Input } from "@/ui/Input.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { toast } from "@/ui/toast.ts";
import { text } from "./messages.ts";
import { Group } from "./Sections.tsx";

/** The project's name and place, and the ways to be rid of it. */
export function ProjectGeneral({ project }: { project: number }) {
  const read = useApiQuery("project_get", { project });
  if (read.isPending) return <SkeletonRows label={text.project.loading} />;
  if (!read.data) {
    const { message, hint, incident } = read.error;
    return (
      <ErrorState
        title={text.project.failed}
        message={message}
        hint={hint}
        incident={incident}
        onRetry={() => void read.refetch()}
      />
    );
  }
  return (
    <>
      <Rename summary={read.data} />
      <Leave summary={read.data} />
    </>
  );
}

function Rename({ summary }: { summary: ProjectSummary }) {
  const [typed, setTyped] = useState<string | null>(null);
  const rename = useApiMutation("project_rename", {
    failureTitle: null,
    onSuccess: () => {
      setTyped(null);
      toast({ tone: "success", title: text.app.saved });
    },
  });
  const name = typed ?? summary.name;
  const isChanged = name.trim() !== summary.name && name.trim() !== "";
  return (
    <Group title={text.project.sections.general}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isChanged) rename.mutate({ project: summary.id, name: name.trim() });
        }}
      >
        <Field
          label={text.project.name}
          hint={text.project.nameHint}
          error={rename.error && `${text.project.renameFailed} ${reasonOf(rename.error)}`}
        >
          {(wiring) => (
            <div className="flex max-w-lg gap-2">
              <Input
                {...wiring}
                value={name}
                autoComplete="off"
                spellCheck={false}
                onChange={(event) => setTyped(event.target.value)}
              />
              <Button type="submit" disabled={!isChanged} isBusy={rename.isPending}>
                {text.project.rename}
              </Button>
            </div>
          )}
        </Field>
      </form>
      <div className="flex flex-col items-start gap-1.5">
        <span className="text-xs font-medium text-muted">{text.project.folder}</span>
        <Code>{summary.path}</Code>
      </div>
    </Group>
  );
}

function Leave({ summary }: { summary: ProjectSummary }) {
  const navigate = useNavigate();
  const [isAsking, setAsking] = useState(false);
  const goHome = () => void navigate({ to: "/" });
  const open = useApiMutation("project_open", { failureTitle: text.project.openFailed });
  const forget = useApiMutation("project_forget", {
    failureTitle: text.project.forgetFailed,
    onSuccess: () => {
      goHome();
      toast({
        title: text.project.forgotten(summary.name),
        description: text.project.forgottenHint,
        action: { label: text.keys.undo, run: () => open.mutate({ path: summary.path }) },
      });
    },
  });
  const remove = useApiMutation("project_delete", {
    failureTitle: text.project.deleteFailed,
    onSuccess: () => {
      setAsking(false);
      goHome();
      toast({ title: text.project.deleted(summary.name), description: text.project.deletedHint });
    },
  });
  const isRunning = summary.run !== null;
  return (
    <Group title={text.project.leave}>
      {isRunning && <p className="text-warning">{text.project.stopFirst}</p>}
      <div className="flex items-center justify-between gap-6">
        <div>
          <p>{text.project.forget}</p>
          <p className="text-xs text-faint">{text.project.forgetHint}</p>
        </div>
        <Button disabled={isRunning} isBusy={forget.isPending} onClick={() => forget.mutate({ project: summary.id })}>
          {text.project.forget}
        </Button>
      </div>
      <div className="flex items-center justify-between gap-6">
        <div>
          <p>{text.project.delete}</p>
          <p className="text-xs text-faint">{text.project.deleteHint}</p>
        </div>
        <Button variant="danger" disabled={isRunning} onClick={() => setAsking(true)}>
          {text.project.deleteButton}
        </Button>
      </div>
      <AlertDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={text.project.deleteTitle(summary.name)}
        description={text.project.deleteText(summary.path)}
        confirmLabel={text.project.deleteConfirm}
        typed={summary.name}
        typedLabel={text.project.deleteTyped(summary.name)}
        isBusy={remove.isPending}
        onConfirm={() => remove.mutate({ project: summary.id, confirm_name: summary.name })}
      />
    </Group>
  );
}
