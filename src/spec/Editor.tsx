import { useQueryClient } from "@tanstack/react-query";
import { Ellipsis, Trash2 } from "lucide-react";
import { type KeyboardEvent, useRef, useState } from "react";
import { useApiMutation, useRefusal } from "@/api/context.tsx";
import { reasonOf } from "@/api/failure.ts";
import { AlertDialog } from "@/ui/AlertDialog.tsx";
import { Button } from "@/ui/Button.tsx";
import { isChanged, keepMine, takeTheirs } from "@/ui/draft.ts";
import { IconButton } from "@/ui/IconButton.tsx";
import { strokeOf } from "@/ui/keys.ts";
import { Menu } from "@/ui/Menu.tsx";
import { toast } from "@/ui/toast.ts";
import { Conflict } from "./Conflict.tsx";
import { text } from "./messages.ts";
import { SpecField, type SpecFieldHandle } from "./SpecField.tsx";
import { fileOfName } from "./spec-name.ts";
import type { Drafts, OpenSpec } from "./useDrafts.ts";

/** Saves without leaving the keyboard; no browser uses it. */
const SAVE_KEYS = "mod+enter";

type Props = { project: number; spec: OpenSpec; drafts: Drafts };

/** The text of one specification. Nothing typed is lost: not when saving fails, not when somebody else wrote meanwhile. */
export function Editor({ project, spec, drafts }: Props) {
  const { name, view, draft } = spec;
  const field = useRef<SpecFieldHandle>(null);
  const hasChanges = isChanged(draft);
  const failure = drafts.failureOf(name);
  const maySave = hasChanges && draft.theirs === null && draft.text.trim() !== "";

  const save = async () => {
    const saved = maySave && (await drafts.save(spec));
    if (saved)
      toast({
        tone: "success",
        title: text.editor.saved,
        ...(saved.told && { description: saved.told, lasts_ms: 12_000 }),
      });
  };
  const refusal = useRefusal("spec_write");
  const discard = () => {
    field.current?.replace(draft.base.text);
    toast({ title: text.editor.discarded, action: { label: text.editor.undo, run: () => drafts.settle(name, draft) } });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (strokeOf(event.nativeEvent) !== SAVE_KEYS) return;
    event.preventDefault();
    void save();
  };

  return (
    // Keys only pass through here from the field: the buttons do the same for everybody else.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div className="flex h-full flex-col gap-3 p-4" onKeyDown={onKeyDown}>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <span className="font-mono text-xs text-muted">{view?.file ?? `prompts/${fileOfName(name)}`}</span>
        <span className="text-xs text-faint">{text.editor.chars([...draft.text.trim()].length)}</span>
        <span role="status" className="text-xs text-warning">
          {hasChanges ? text.editor.unsaved : ""}
        </span>
        <div className="ml-auto flex items-center gap-2">
          {hasChanges && view && (
            <Button variant="ghost" onClick={discard}>
              {text.editor.discard}
            </Button>
          )}
          <Button
            variant="primary"
            disabled={!maySave}
            refusal={refusal}
            isBusy={drafts.isSaving}
            title={text.editor.saveHint}
            onClick={() => void save()}
          >
            {drafts.isSaving ? text.editor.saving : text.editor.save}
          </Button>
          <Remove project={project} spec={spec} drafts={drafts} />
        </div>
      </div>
      {failure && (
        <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-danger">
          {text.editor.failed}. {reasonOf(failure)} {text.editor.failedNext}
        </p>
      )}
      {draft.theirs && (
        <Conflict
          mine={draft.text}
          theirs={draft.theirs.text}
          file={fileOfName(name)}
          onMine={() => drafts.settle(name, keepMine(draft))}
          onTheirs={() => {
            drafts.settle(name, takeTheirs(draft));
            const again = () => drafts.settle(name, keepMine(draft));
            toast({ title: text.editor.discarded, action: { label: text.editor.undo, run: again } });
          }}
        />
      )}
      <SpecField
        ref={field}
        label={text.editor.label(name)}
        value={draft.text}
        onChange={(value) => drafts.type(spec, value)}
      />
    </div>
  );
}

function Remove({ project, spec: { name, view }, drafts }: Props) {
  const queries = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const restore = useApiMutation("spec_write", { failureTitle: text.editor.restoreFailed });
  const remove = useApiMutation("spec_delete", {
    failureTitle: text.editor.removeFailed,
    onSuccess: () => {
      drafts.forget(name);
      void queries.invalidateQueries({ queryKey: ["spec_list"] });
      const bringBack = () => view && restore.mutate({ project, name, text: view.text, over: "" });
      toast({ title: text.editor.removed(name), action: { label: text.editor.undo, run: bringBack } });
    },
    onSettled: () => setAsking(false),
  });
  const take = () => (view ? setAsking(true) : drafts.forget(name));
  return (
    <>
      <Menu
        actions={[
          { id: "remove", label: text.editor.remove, icon: <Trash2 aria-hidden />, isDanger: true, onSelect: take },
        ]}
      >
        <IconButton label={text.editor.more} icon={<Ellipsis aria-hidden className="size-4" />} />
      </Menu>
      <AlertDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={text.editor.removeTitle(name)}
        description={text.editor.removeText(view?.file ?? "", view?.features ?? 0)}
        confirmLabel={text.editor.remove}
        isBusy={remove.isPending}
        onConfirm={() => remove.mutate({ project, name })}
      />
    </>
  );
}
