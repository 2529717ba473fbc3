import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { create as createStore } from "zustand";
import { useApiMutation, useClient } from "@/api/context.tsx";
import { type Failure, toFailure } from "@/api/failure.ts";
import { Button } from "@/ui/Button.tsx";
import { Field } from "@/ui/Field.tsx";
import { Textarea } from "@/ui/Input.tsx";
import { toast } from "@/ui/toast.ts";
import { FailureNote } from "./FailureNote.tsx";
import { text } from "./messages.ts";
import { type Row, featuresOf, nameless, rowOf } from "./several.ts";
import { SeveralRows } from "./SeveralRows.tsx";

/** The words, the cards they became, and the words as they were then. */
type Written = { words: string; rows: readonly Row[] | null; splitFrom: string };

const NOTHING: Written = { words: "", rows: null, splitFrom: "" };

/** What was written and not added, for each project: closing the form by mistake loses nothing. */
const useWritten = createStore<{ written: Readonly<Record<number, Written>> }>(() => ({ written: {} }));

type Props = { project: number; categories: readonly string[]; onClose: () => void };

/** Turns words into cards; nothing is added before a person has seen them and put them right. */
export function SeveralForm({ project, categories, onClose }: Props) {
  const client = useClient();
  const heading = useId();
  const { words, rows, splitFrom } = useWritten(({ written }) => written[project] ?? NOTHING);
  const write = (part: Partial<Written>) =>
    useWritten.setState(({ written }) => ({
      written: { ...written, [project]: { ...(written[project] ?? NOTHING), ...part } },
    }));
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isSplitting, setSplitting] = useState(false);
  const [isMissingShown, setMissingShown] = useState(false);
  const create = useApiMutation("feature_create_many", { failureTitle: null });
  const shown = useRef<HTMLElement>(null);
  const isToFocus = useRef(false);
  useEffect(() => {
    if (!isToFocus.current || !rows) return;
    isToFocus.current = false;
    shown.current?.querySelector("input")?.focus();
  }, [rows]);

  const split = async () => {
    setSplitting(true);
    setFailure(null);
    setMissingShown(false);
    try {
      const features = await client.feature_split({ project, text: words });
      isToFocus.current = true;
      write({ rows: features.map(rowOf), splitFrom: words });
      if (rows && rows.length > 0) {
        const back = () => write({ rows, splitFrom });
        toast({ title: text.form.splitAgain, action: { label: text.undo, run: back } });
      }
    } catch (thrown) {
      setFailure(toFailure(thrown));
    } finally {
      setSplitting(false);
    }
  };
  const add = () => {
    if (!rows || rows.length === 0 || create.isPending) return;
    const missing = nameless(rows);
    setMissingShown(missing !== undefined);
    if (missing) {
      shown.current?.querySelector<HTMLElement>(`[data-row="${missing.key}"] input`)?.focus();
      return;
    }
    create.mutate(
      { project, features: featuresOf(rows) },
      {
        onSuccess: (added) => {
          write(NOTHING);
          toast({ tone: "success", title: text.form.addedMany(added.length) });
          onClose();
        },
      },
    );
  };
  const press = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (event.target instanceof HTMLTextAreaElement) {
      if (words.trim() !== "" && !isSplitting) void split();
    } else add();
  };
  const isStale = rows !== null && words !== splitFrom;

  return (
    // Ctrl with Enter goes on from wherever one is; every step has a button too.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div className="flex flex-col gap-4" onKeyDown={press}>
      <Field label={text.form.several} hint={text.form.severalHint}>
        {(wiring) => (
          <Textarea
            {...wiring}
            autoFocus
            rows={rows ? 3 : 6}
            value={words}
            onChange={(event) => write({ words: event.target.value })}
          />
        )}
      </Field>
      <div className="flex flex-wrap items-center gap-3">
        <Button
          variant={rows && !isStale ? "secondary" : "primary"}
          isBusy={isSplitting}
          disabled={words.trim() === ""}
          onClick={() => void split()}
        >
          {text.form.split}
        </Button>
        {isStale && <p className="text-xs text-warning">{text.form.stale}</p>}
      </div>
      {rows && (
        <section ref={shown} aria-labelledby={heading}>
          <p id={heading} role="status" className="font-medium">
            {rows.length > 0 ? text.form.preview(rows.length) : text.form.previewNone}
          </p>
          {rows.length > 0 && (
            <>
              <p className="mt-0.5 mb-2 text-xs text-faint">{text.form.rowsHint}</p>
              <SeveralRows
                rows={rows}
                categories={categories}
                isMissingShown={isMissingShown}
                onRows={(next) => write({ rows: next })}
              />
            </>
          )}
        </section>
      )}
      <FailureNote failure={failure ?? create.error} />
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{text.form.cancel}</Button>
        {rows && rows.length > 0 && (
          <Button variant="primary" isBusy={create.isPending} onClick={add}>
            {text.form.addAll(rows.length)}
          </Button>
        )}
      </div>
    </div>
  );
}
