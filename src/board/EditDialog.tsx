import { useState } from "react";
import type { EditFeature, FeatureCard, FeatureDetail } from "@/api/bindings.ts";
import { useApiQuery, useClient, useRefusal } from "@/api/context.tsx";
import { type Failure, toFailure } from "@/api/failure.ts";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { toast } from "@/ui/toast.ts";
import { Locked } from "@/ui/Locked.tsx";
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
  // Whoever edits begins with the card as it is, not as it was known; later changes do not touch what is being written.
  const [isFresh, setFresh] = useState(false);
  if (!isFresh && known.data && !known.isFetching) setFresh(true);
  const detail = isFresh ? known.data : undefined;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={text.form.editTitle(feature)}
      footer={
        <>
          <Button onClick={onClose}>{text.form.cancel}</Button>
          <Button type="submit" form={FORM_ID} variant="primary" disabled={!detail} isBusy={isBusy}>
            {text.form.save}
          </Button>
        </>
      }
    >
      {!detail && !known.isError && <SkeletonRows label={text.loading} />}
      {known.isError && !detail && (
        <ErrorState title={text.form.loadFailed} message={known.error.message} onRetry={() => void known.refetch()} />
      )}
      {detail && (
        <EditForm
          detail={detail}
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
  const [before] = useState(() => draftOf(detail));
  const [draft, setDraft] = useState(before);
  const [errors, setErrors] = useState<DraftErrors>({});
  const [failure, setFailure] = useState<Failure | null>(null);

  const change = (part: Partial<Draft>) => {
    setDraft((written) => ({ ...written, ...part }));
    setErrors({});
  };
  const save = async () => {
    const found = errorsOf(draft);
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    onBusy(true);
    setFailure(null);
    try {
      // What may be refused goes first, so that a refusal leaves the card as it was.
      const needs = changedNeeds(dependencies, before.needs, draft.needs);
      if (needs) await client.dependency_set({ project, feature: id, needs });
      await client.feature_edit({ project, feature: id, ...changedFields(before, draft) });
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
      <Locked reason={useRefusal("feature_edit")}>
        <DraftFields
          draft={draft}
          errors={errors}
          isBug={kind === "bug"}
          cards={cards}
          choices={choices}
          self={id}
          onChange={change}
        />
      </Locked>
      <FailureNote failure={failure} />
    </form>
  );
}

/** What was changed of a card's fields: the others may have been changed elsewhere meanwhile. */
function changedFields(before: Draft, after: Draft): Omit<EditFeature, "project" | "feature"> {
  const [was, is] = [newFeatureOf(before), newFeatureOf(after)];
  const names = ["name", "description", "steps", "category", "layer", "priority"] as const;
  return Object.fromEntries(
    names.filter((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name])).map((name) => [name, is[name]]),
  );
}

/** What the card needs with what was added and taken away; nothing where that was left alone. */
function changedNeeds(now: readonly number[], before: readonly number[], after: readonly number[]): number[] | null {
  const added = after.filter((need) => !before.includes(need));
  const gone = before.filter((need) => !after.includes(need));
  if (added.length === 0 && gone.length === 0) return null;
  return [...new Set([...now.filter((need) => !gone.includes(need)), ...added])];
}
