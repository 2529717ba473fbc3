import { type ClipboardEvent, useState } from "react";
import { create } from "zustand";
import type { FeatureCard } from "@/api/bindings.ts";
import { useApiMutation, useRefusal } from "@/api/context.tsx";
import type { Failure } from "@/api/failure.ts";
import { Button } from "@/ui/Button.tsx";
import { cx } from "@/ui/cx.ts";
import { Dialog } from "@/ui/Dialog.tsx";
import { toast } from "@/ui/toast.ts";
import { Locked } from "@/ui/Locked.tsx";
import { type Draft, type DraftErrors, emptyDraft, errorsOf, newFeatureOf, stepsOf } from "./draft.ts";
import { DraftFields } from "./DraftFields.tsx";
import { FailureNote } from "./FailureNote.tsx";
import { text } from "./messages.ts";
import type { Choices } from "./model.ts";
import { type Picture, picturesIn, readPicture, refusalOf } from "./picture.ts";
import { PicturesField } from "./PicturesField.tsx";
import { ADD_FORMS, type AddForm } from "./search.ts";
import { SeveralForm } from "./SeveralForm.tsx";

/** What was written and not sent, for each project: closing the form by mistake loses nothing. */
const useDrafts = create<{ drafts: Record<number, Draft> }>(() => ({ drafts: {} }));

type Props = {
  project: number;
  form: AddForm;
  cards: readonly FeatureCard[];
  choices: Choices;
  onForm: (form: AddForm) => void;
  onClose: () => void;
  onShow: (card: number) => void;
};

const FORM_ID = "add-card";

/** One form for everything new: a feature, a bug, or several features at once. */
export function AddDialog({ project, form, cards, choices, onForm, onClose, onShow }: Props) {
  const kept = useDrafts((state) => state.drafts[project]);
  const [fresh] = useState(emptyDraft);
  const draft = kept ?? fresh;
  const [errors, setErrors] = useState<DraftErrors>({});
  const attach = useApiMutation("image_add", { failureTitle: null });
  const [problem, setProblem] = useState<string | null>(null);
  const change = (part: Partial<Draft>) => {
    useDrafts.setState(({ drafts }) => ({ drafts: { ...drafts, [project]: { ...draft, ...part } } }));
    if (Object.keys(errors).length > 0) setErrors({});
  };
  const take = async (files: readonly File[]) => {
    setProblem(null);
    const taken: Picture[] = [];
    for (const file of files) {
      const refused = refusalOf(file, draft.pictures.length + taken.length);
      const picture = refused ? null : await readPicture(file).catch(() => null);
      if (picture) taken.push(picture);
      else setProblem(refused ?? text.pictures.unreadable(file.name));
    }
    // What was typed while the files were read stays.
    useDrafts.setState(({ drafts }) => {
      const now = drafts[project] ?? draft;
      return { drafts: { ...drafts, [project]: { ...now, pictures: [...now.pictures, ...taken] } } };
    });
  };
  const onPaste = (event: ClipboardEvent) => {
    const files = picturesIn(event.clipboardData.files);
    if (files.length === 0) return;
    event.preventDefault();
    void take(files);
  };
  const done = async (card: number, title: string) => {
    for (const { name, data } of draft.pictures) {
      try {
        await attach.mutateAsync({ project, feature: card, name, data });
      } catch {
        // The card is there; its page takes the picture once more.
        toast({
          tone: "danger",
          title: text.pictures.notAttached(name),
          action: { label: text.form.show, run: () => onShow(card) },
        });
      }
    }
    useDrafts.setState(({ drafts }) => {
      const { [project]: _sent, ...others } = drafts;
      return { drafts: others };
    });
    toast({ tone: "success", title, action: { label: text.form.show, run: () => onShow(card) } });
    onClose();
  };
  // Told to the mutation itself: an answer that comes after the form was closed clears what was sent, too.
  const create = useApiMutation("feature_create", {
    failureTitle: null,
    onSuccess: ({ id }) => done(id, text.form.added(id)),
  });
  const report = useApiMutation("bug_report", {
    failureTitle: null,
    onSuccess: ({ id }) => done(id, text.form.reported(id)),
  });
  const sending = form === "bug" ? report : create;
  const failure: Failure | null = sending.error;
  const refusal = useRefusal("feature_create");
  const submit = () => {
    const found = errorsOf(draft);
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    if (form === "bug") {
      const { name, description } = newFeatureOf(draft);
      report.mutate({ project, name, description, steps: stepsOf(draft) });
    } else create.mutate({ project, feature: newFeatureOf(draft) });
  };

  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={text.form.addTitle}
      size={form === "several" ? "lg" : "md"}
      footer={
        form === "several" ? undefined : (
          <>
            <Button onClick={onClose}>{text.form.cancel}</Button>
            <Button
              type="submit"
              form={FORM_ID}
              variant="primary"
              refusal={refusal}
              isBusy={sending.isPending || attach.isPending}
            >
              {form === "bug" ? text.form.report : text.form.add}
            </Button>
          </>
        )
      }
    >
      <FormChoice form={form} onForm={onForm} />
      <Locked reason={refusal}>
        {form === "several" ? (
          <SeveralForm project={project} categories={choices.categories} onClose={onClose} />
        ) : (
          <form
            id={FORM_ID}
            noValidate
            onPaste={onPaste}
            onSubmit={(event) => {
              event.preventDefault();
              submit();
            }}
          >
            <DraftFields
              draft={draft}
              errors={errors}
              isBug={form === "bug"}
              cards={cards}
              choices={choices}
              self={null}
              onChange={change}
            />
            <PicturesField
              pictures={draft.pictures}
              problem={problem}
              onFiles={(files) => void take(files)}
              onRemove={({ key }) => change({ pictures: draft.pictures.filter((picture) => picture.key !== key) })}
            />
            <FailureNote failure={failure} />
          </form>
        )}
      </Locked>
    </Dialog>
  );
}

function FormChoice({ form, onForm }: Pick<Props, "form" | "onForm">) {
  return (
    <div
      role="radiogroup"
      aria-label={text.form.kindLabel}
      className="mb-4 inline-flex rounded-md border border-line bg-canvas p-0.5"
    >
      {ADD_FORMS.map((one) => (
        <button
          key={one}
          type="button"
          role="radio"
          aria-checked={form === one}
          className={cx(
            "h-7 rounded-sm px-3 text-xs",
            form === one ? "bg-hover font-medium text-text" : "text-muted hover:text-text",
          )}
          onClick={() => onForm(one)}
        >
          {text.form.kinds[one]}
        </button>
      ))}
    </div>
  );
}
