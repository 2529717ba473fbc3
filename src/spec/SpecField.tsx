import { type Ref, useEffect, useId, useImperativeHandle, useMemo, useRef, useState } from "react";
import { TextEditor, type TextEditorHandle } from "@/ui/TextEditor.tsx";
import { CheckAside } from "./CheckAside.tsx";
import { insertionOf } from "./insertion.ts";
import { entryAt, outlineOf } from "./outline.ts";
import { useSpecCheck } from "./useSpecCheck.ts";

/** What is said of a text once it was judged: why no run could start from it, or none. */
export type SpecVerdict = { readonly text: string; readonly refusal: string | null };

export type SpecFieldHandle = {
  /** Replaces the text as if it had been typed. */
  replace: (text: string) => void;
};

type Props = {
  value: string;
  onChange: (value: string) => void;
  label: string;
  onVerdict?: ((verdict: SpecVerdict) => void) | undefined;
  isReadOnly?: boolean;
  ref?: Ref<SpecFieldHandle> | undefined;
};

/** A specification being written: the text, how good it is, what is missing with a way to add it, and its outline. */
export function SpecField({ value, onChange, label, onVerdict, isReadOnly = false, ref }: Props) {
  const editor = useRef<TextEditorHandle>(null);
  const [cursor, setCursor] = useState(0);
  const problemId = useId();
  const checked = useSpecCheck(value);
  const outline = useMemo(() => outlineOf(value), [value]);
  const refusal = checked.check?.problem ?? null;

  useEffect(() => {
    if (checked.check && checked.text !== null) onVerdict?.({ text: checked.text, refusal });
  }, [checked.check, checked.text, refusal, onVerdict]);

  useImperativeHandle(ref, () => ({ replace: (text) => editor.current?.replace(text) }));

  const add = (tag: string) => {
    const edit = insertionOf(value, tag);
    if (edit) editor.current?.insert(edit.at, edit.text, edit.selection);
  };

  return (
    <div className="grid min-h-0 flex-1 gap-4 md:grid-cols-[minmax(0,1fr)_17rem]">
      <TextEditor
        ref={editor}
        value={value}
        onChange={onChange}
        label={label}
        isReadOnly={isReadOnly}
        isInvalid={refusal !== null}
        describedBy={refusal === null ? undefined : problemId}
        onCursor={setCursor}
        className="min-h-64"
      />
      <aside className="min-h-0 overflow-y-auto pr-3">
        <CheckAside
          checked={checked}
          outline={outline}
          current={entryAt(outline, cursor)}
          problemId={problemId}
          onAdd={add}
          onGoTo={(entry) => editor.current?.reveal(entry.from)}
        />
      </aside>
    </div>
  );
}
