import { X } from "lucide-react";
import { useState } from "react";
import { create as createStore } from "zustand";
import type { NewFeature } from "@/api/bindings.ts";
import { useApiMutation, useClient } from "@/api/context.tsx";
import { type Failure, toFailure } from "@/api/failure.ts";
import { Badge } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { Field } from "@/ui/Field.tsx";
import { IconButton } from "@/ui/IconButton.tsx";
import { Textarea } from "@/ui/Input.tsx";
import { toast } from "@/ui/toast.ts";
import { FailureNote } from "./FailureNote.tsx";
import { text } from "./messages.ts";

/** What was written and not added, for each project: closing the form by mistake loses nothing. */
const useWritten = createStore<{ words: Readonly<Record<number, string>> }>(() => ({ words: {} }));

type Previewed = { key: number; feature: NewFeature };

/** Turns words into cards; nothing is added before a person has seen them. */
export function SeveralForm({ project, onClose }: { project: number; onClose: () => void }) {
  const client = useClient();
  const words = useWritten((state) => state.words[project] ?? "");
  const setWords = (said: string) => useWritten.setState((state) => ({ words: { ...state.words, [project]: said } }));
  const [preview, setPreview] = useState<readonly Previewed[] | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isSplitting, setSplitting] = useState(false);
  const create = useApiMutation("feature_create_many", { failureTitle: null });

  const split = async () => {
    setSplitting(true);
    setFailure(null);
    try {
      const features = await client.feature_split({ project, text: words });
      setPreview(features.map((feature, key) => ({ key, feature })));
    } catch (thrown) {
      setFailure(toFailure(thrown));
    } finally {
      setSplitting(false);
    }
  };
  const add = (features: readonly NewFeature[]) =>
    create.mutate(
      { project, features: [...features] },
      {
        onSuccess: (added) => {
          setWords("");
          toast({ tone: "success", title: text.form.addedMany(added.length) });
          onClose();
        },
      },
    );

  return (
    <div className="flex flex-col gap-4">
      <Field label={text.form.several} hint={text.form.severalHint}>
        {(wiring) => (
          <Textarea
            {...wiring}
            autoFocus
            rows={6}
            value={words}
            onChange={(event) => {
              setWords(event.target.value);
              setPreview(null);
            }}
          />
        )}
      </Field>
      <Button className="self-start" isBusy={isSplitting} disabled={words.trim() === ""} onClick={() => void split()}>
        {text.form.split}
      </Button>
      {preview && (
        <section aria-label={text.form.preview(preview.length)}>
          <p role="status" className="mb-2 text-muted">
            {preview.length > 0 ? text.form.preview(preview.length) : text.form.previewNone}
          </p>
          <ul className="flex flex-col gap-1">
            {preview.map(({ key, feature }) => (
              <li key={key} className="flex items-center gap-2 rounded-md border border-line px-3 py-1.5">
                <span className="min-w-0 flex-1 truncate">{feature.name}</span>
                <Badge>{feature.category}</Badge>
                <IconButton
                  label={text.form.dropCard(feature.name)}
                  size="sm"
                  icon={<X aria-hidden className="size-3.5" />}
                  onClick={() => setPreview(preview.filter((one) => one.key !== key))}
                />
              </li>
            ))}
          </ul>
        </section>
      )}
      <FailureNote failure={failure ?? create.error} />
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{text.form.cancel}</Button>
        <Button
          variant="primary"
          disabled={!preview || preview.length === 0}
          isBusy={create.isPending}
          onClick={() => preview && add(preview.map(({ feature }) => feature))}
        >
          {text.form.addAll(preview?.length ?? 0)}
        </Button>
      </div>
    </div>
  );
}
