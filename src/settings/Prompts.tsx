import { useBlocker } from "@tanstack/react-router";
import { useRef, useState } from "react";
import type { PromptView } from "@/api/bindings.ts";
import { useApiMutation, useApiQuery } from "@/api/context.tsx";
import { reasonOf } from "@/api/failure.ts";
import { AlertDialog } from "@/ui/AlertDialog.tsx";
import { Badge } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { TextsDiff } from "@/ui/diff/TextsDiff.tsx";
import { type Draft, draftOf, heard, isChanged, keepMine, takeTheirs, typed } from "@/ui/draft.ts";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { SideList } from "@/ui/SideList.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { TextEditor, type TextEditorHandle } from "@/ui/TextEditor.tsx";
import { toast } from "@/ui/toast.ts";
import { text } from "./messages.ts";

/** What agents of this project are told, and what it says instead of what they are told everywhere. */
export function Prompts({ project }: { project: number }) {
  const prompts = useApiQuery("prompt_list", { project });
  const [chosen, setChosen] = useState<string | null>(null);
  const [drafts, setDrafts] = useState<Readonly<Record<string, Draft>>>({});
  const textOf = (prompt: PromptView) => ({ text: prompt.text, updatedAtMs: 0 });
  const draftFor = (prompt: PromptView) => heard(drafts[prompt.name] ?? draftOf(textOf(prompt)), textOf(prompt));
  const all = prompts.data ?? [];
  const hasChanges = all.some((prompt) => isChanged(draftFor(prompt)));
  const leaving = useBlocker({ shouldBlockFn: () => hasChanges, enableBeforeUnload: hasChanges, withResolver: true });
  const current = all.find((prompt) => prompt.name === chosen) ?? all[0];

  if (prompts.isPending) return <SkeletonRows label={text.prompts.loading} />;
  if (!current) {
    const { message, hint, incident } = prompts.error ?? { message: text.prompts.none, hint: null, incident: null };
    return (
      <ErrorState
        title={text.prompts.failed}
        message={message}
        hint={hint}
        incident={incident}
        onRetry={() => void prompts.refetch()}
      />
    );
  }
  return (
    <div className="flex min-h-[32rem] flex-1 gap-5 max-md:flex-col max-md:gap-3">
      <SideList
        label={text.prompts.list}
        current={current.name}
        onChoose={setChosen}
        className="w-44 max-md:w-full"
        entries={all.map((prompt) => ({
          id: prompt.name,
          content: (
            <span className="flex items-center gap-2 text-xs">
              <span className="min-w-0 flex-1 truncate font-mono">{prompt.name}</span>
              {isChanged(draftFor(prompt)) ? (
                <span className="text-2xs text-warning">{text.prompts.unsaved}</span>
              ) : (
                prompt.is_overridden && <Badge tone="accent">{text.prompts.own}</Badge>
              )}
            </span>
          ),
        }))}
      />
      <Editor
        key={current.name}
        project={project}
        prompt={current}
        draft={draftFor(current)}
        onDraft={(draft) => setDrafts((before) => ({ ...before, [current.name]: draft }))}
      />
      <AlertDialog
        isOpen={leaving.status === "blocked"}
        onClose={() => leaving.reset?.()}
        title={text.prompts.leaveTitle}
        description={text.prompts.leaveText}
        confirmLabel={text.prompts.leave}
        cancelLabel={text.prompts.stay}
        onConfirm={() => leaving.proceed?.()}
      />
    </div>
  );
}

type EditorProps = { project: number; prompt: PromptView; draft: Draft; onDraft: (draft: Draft) => void };

function Editor({ project, prompt, draft, onDraft }: EditorProps) {
  const editor = useRef<TextEditorHandle>(null);
  const [isComparing, setComparing] = useState(false);
  const { name, default_text: usual } = prompt;
  const write = useApiMutation("prompt_write", {
    failureTitle: null,
    onSuccess: () => toast({ tone: "success", title: text.app.saved, description: text.prompts.fromNext }),
  });
  const restore = useApiMutation("prompt_write", { failureTitle: text.prompts.failedSave });
  const reset = useApiMutation("prompt_reset", {
    failureTitle: text.prompts.resetFailed,
    onSuccess: () => {
      const before = prompt.text;
      const again = () => restore.mutate({ project, name, text: before });
      toast({ title: text.prompts.resetDone(name), action: { label: text.keys.undo, run: again } });
    },
  });
  const hasChanges = isChanged(draft);
  const discard = () => {
    if (isComparing) onDraft(takeTheirs(draft));
    else editor.current?.replace(draft.base.text);
    toast({ title: text.prompts.discarded, action: { label: text.keys.undo, run: () => onDraft(draft) } });
  };
  return (
    <div className="flex min-w-0 flex-1 flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <p className="min-w-48 flex-1 text-xs text-muted">
          {prompt.is_overridden ? text.prompts.isOwn : text.prompts.isUsual}
          {hasChanges && <span className="text-warning"> · {text.prompts.unsaved}</span>}
        </p>
        <Button aria-pressed={isComparing} disabled={draft.text === usual} onClick={() => setComparing(!isComparing)}>
          {isComparing ? text.prompts.edit : text.prompts.compare}
        </Button>
        {hasChanges && (
          <Button variant="ghost" onClick={discard}>
            {text.app.reset}
          </Button>
        )}
        <Button
          disabled={!prompt.is_overridden || hasChanges}
          isBusy={reset.isPending}
          onClick={() => reset.mutate({ project, name })}
        >
          {text.prompts.reset}
        </Button>
        <Button
          variant="primary"
          disabled={!hasChanges || draft.theirs !== null || draft.text.trim() === ""}
          isBusy={write.isPending}
          onClick={() => write.mutate({ project, name, text: draft.text })}
        >
          {text.app.save}
        </Button>
      </div>
      {write.error && (
        <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-danger">
          {text.prompts.failedSave}. {reasonOf(write.error)} {text.prompts.kept}
        </p>
      )}
      {draft.theirs && (
        <div
          role="alert"
          className="flex flex-wrap items-center gap-2 rounded-md bg-warning-soft px-3 py-2 text-warning"
        >
          <p className="flex-1">{text.prompts.conflict}</p>
          <Button size="sm" onClick={() => onDraft(takeTheirs(draft))}>
            {text.prompts.theirs}
          </Button>
          <Button size="sm" onClick={() => onDraft(keepMine(draft))}>
            {text.prompts.mine}
          </Button>
        </div>
      )}
      {isComparing && draft.text !== usual ? (
        <TextsDiff
          before={usual}
          after={draft.text}
          path={name}
          label={text.prompts.difference(name)}
          className="min-h-96"
        />
      ) : (
        <TextEditor
          ref={editor}
          label={text.prompts.label(name)}
          value={draft.text}
          onChange={(value) => onDraft(typed(draft, value))}
          className="min-h-96 flex-1"
        />
      )}
      <p className="text-xs text-faint">
        {text.prompts.placeholders}{" "}
        {prompt.placeholders.map((placeholder) => (
          <code key={placeholder} className="mr-1.5 font-mono">{`{{${placeholder}}}`}</code>
        ))}
      </p>
    </div>
  );
}
