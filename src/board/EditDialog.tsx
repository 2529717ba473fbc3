import { useState } from "react";
import type { FeatureCard, FeatureDetail } from "@/api/bindings.ts";
import { useApiQuery, useClient } from "@/api/context.tsx";
import { type Failure, toFailure } from "@/api/failure.ts";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { toast } from "@/ui/toast.ts";
import { type Draft, type DraftErrors, draftOf, errorsOf, newFeatureOf } from "./draft.ts";
import { DraftFields } from "./DraftFields.tsx";
import { FailureNote } from "./FailureNote.tsx";
import { text } from "./messages.ts";
import type { Choices } from "./model.ts";

type Props = {
  project: number;
  feature: number;
  cards: readonly FeatureCard[];
  choices: Choices;
  onClose: () => void;
};

const FORM_ID = "edit-card";

/** Changes a card that exists. */
export function EditDialog({ project, feature, cards, choices, onClose }: Props) {
  const known = useApiQuery("feature_get", { project, feature });
  const [isBusy, setBusy] = useState(false);
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={text.form.editTitle(feature)}
      footer={
        <>
          <Button onClick={onClose}>{text.form.cancel}</Button>
          <Button type="submit" form={FORM_ID} variant="primary" disabled={!known.data} isBusy={isBusy}>
            {text.form.save}
          </Button>
        </>
      }
    >
      {known.isPending && <SkeletonRows label={text.loading} />}
      {known.isError && (
        <ErrorState title={text.form.loadFailed} message={known.error.message} onRetry={() => void known.refetch()} />
      )}
      {known.data && (
        <EditForm
          detail={known.data}
          project={project}
          cards={cards}
          choices={choices}
          onBusy={setBusy}
          onClose={onClose}
        />
      )}
    </Dialog>
  );
}

type FormProps = Pick<Props, "project" | "cards" | "choices" | "onClose"> & {
  detail: FeatureDetail;
  onBusy: (isBusy: boolean) => void;
};

function EditForm({ detail, project, cards, choices, onBusy, onClose }: FormProps) {
  const client = useClient();
  const { id, kind, dependencies } = detail.feature;
  const [draft, setDraft] = useState(() => draftOf(detail));
  const [errors, setErrors] = useState<DraftErrors>({});
  const [failure, setFailure] = useState<Failure | null>(null);

  const change = (part: Partial<Draft>) => {
    setDraft((before) => ({ ...before, ...part }));
    setErrors({});
  };
  const save = async () => {
    const found = errorsOf(draft);
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    const { name, description, steps, category, layer, priority } = newFeatureOf(draft);
    onBusy(true);
    setFailure(null);
    try {
      // What may be refused goes first, so that a refusal leaves the card as it was.
      const isSame =
        draft.needs.length === dependencies.length && draft.needs.every((need) => dependencies.includes(need));
      if (!isSame) await client.dependency_set({ project, feature: id, needs: [...draft.needs] });
      await client.feature_edit({ project, feature: id, name, description, steps, category, layer, priority });
      toast({ tone: "success", title: text.form.saved(id) });
      onClose();
    } catch (thrown) {
      setFailure(toFailure(thrown));
    } finally {
      onBusy(false);
    }
  };

  return (
    <form
      id={FORM_ID}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <DraftFields
        draft={draft}
        errors={errors}
        isBug={kind === "bug"}
        cards={cards}
        choices={choices}
        self={id}
        onChange={change}
      />
      <FailureNote failure={failure} />
    </form>
  );
}
