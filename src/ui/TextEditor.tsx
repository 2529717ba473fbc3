import { type Ref, memo, useImperativeHandle, useLayoutEffect, useRef } from "react";
import { cx } from "./cx.ts";

/** What a page may do to the editor besides giving it a text. */
export type TextEditorHandle = {
  /** Puts `text` at a position as if it had been typed, so that undo takes it back, and selects a part of the outcome. */
  insert: (at: number, text: string, selection: readonly [number, number]) => void;
  /** Replaces everything as if it had been typed, so that undo brings it back. */
  replace: (text: string) => void;
  /** Puts the cursor at a position and brings it into view. */
  reveal: (position: number) => void;
};

type Props = {
  value: string;
  onChange: (value: string) => void;
  /** What is written here; read aloud, not shown. */
  label: string;
  /** The id of what explains it or says what is wrong. */
  describedBy?: string | undefined;
  isReadOnly?: boolean;
  isInvalid?: boolean;
  /** Called with the cursor's position when it moved. */
  onCursor?: ((position: number) => void) | undefined;
  className?: string;
  ref?: Ref<TextEditorHandle> | undefined;
};

/** More lines than this are not numbered: laying them out twice would make typing slow. */
const MOST_NUMBERED = 2_000;
/** Longer texts are put in at once: typing them would hold the page up. They cannot be taken back by the browser's undo. */
const LONGEST_TYPED = 50_000;

/**
 * A field for long texts, with line numbers. The browser's own field does the editing, so that undo, spelling, dictation and
 * screen readers work as everywhere. Tab leaves it.
 */
export function TextEditor({
  value,
  onChange,
  label,
  describedBy,
  isReadOnly = false,
  isInvalid = false,
  onCursor,
  className,
  ref,
}: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const numbers = useRef<HTMLDivElement>(null);
  const pending = useRef<readonly [number, number] | null>(null);
  const lines = value.split("\n");
  const isNumbered = lines.length <= MOST_NUMBERED;

  const select = (from: number, to: number) => {
    const element = field.current;
    if (!element) return;
    element.focus({ preventScroll: true });
    element.setSelectionRange(from, to);
    const line = element.value.slice(0, from).split("\n").length - 1;
    const numbered = numbers.current?.children[line];
    if (numbered) numbered.scrollIntoView({ block: "center" });
    // Without numbers nothing says where a line is; lines are about as high as each other.
    else element.scrollTop = (line / lines.length) * element.scrollHeight - element.clientHeight / 2;
    onCursor?.(from);
  };

  const put = (from: number, to: number, text: string, selection: readonly [number, number]) => {
    const element = field.current;
    if (!element || element.readOnly) return;
    pending.current = selection;
    element.focus({ preventScroll: true });
    element.setSelectionRange(from, to);
    if (!typeInto(element, text)) onChange(element.value.slice(0, from) + text + element.value.slice(to));
  };

  useImperativeHandle(ref, () => ({
    reveal: (position) => select(position, position),
    insert: (at, text, selection) => put(at, at, text, selection),
    replace: (text) => put(0, field.current?.value.length ?? 0, text, [0, 0]),
  }));

  // A place in a text can be shown only once the text is laid out.
  useLayoutEffect(() => {
    const selection = pending.current;
    pending.current = null;
    if (selection) select(...selection);
  });

  return (
    <div
      className={cx(
        "relative overflow-auto rounded-md border bg-canvas font-mono text-xs [font-variant-ligatures:none] leading-5.5 focus-within:outline-2 focus-within:outline-accent",
        isInvalid ? "border-danger" : "border-line-strong",
        className,
      )}
    >
      <div className="grid min-h-full grid-cols-1">
        <div
          ref={numbers}
          aria-hidden
          className="pointer-events-none col-start-1 row-start-1 py-2.5 select-none [counter-reset:line]"
        >
          {/* oxlint-disable-next-line react/no-array-index-key -- a line is nothing but its number and its text */}
          {isNumbered && lines.map((line, at) => <NumberedLine key={at} text={line} />)}
        </div>
        <textarea
          ref={field}
          aria-label={label}
          aria-describedby={describedBy}
          aria-invalid={isInvalid || undefined}
          readOnly={isReadOnly}
          value={value}
          autoCapitalize="off"
          autoCorrect="off"
          onChange={(event) => onChange(event.target.value)}
          onSelect={(event) => onCursor?.(event.currentTarget.selectionStart)}
          className={cx(
            "col-start-1 row-start-1 w-full resize-none bg-transparent py-2.5 pr-4 break-words whitespace-pre-wrap text-text outline-none",
            isNumbered ? "overflow-hidden pl-13" : "h-full overflow-auto pl-4",
          )}
        />
      </div>
    </div>
  );
}

/** A line laid out as the field lays it out, but invisible: it holds the number at the right height, however often it wraps. */
const NumberedLine = memo(function NumberedLine({ text }: { text: string }) {
  return (
    <div className="tabular relative pr-4 pl-13 [counter-increment:line] before:absolute before:left-0 before:w-9 before:text-right before:text-faint before:content-[counter(line)]">
      <span className="invisible break-words whitespace-pre-wrap">{text === "" ? "\u200b" : text}</span>
    </div>
  );
});

/** Types at the cursor through the browser, which keeps its undo history. False where the browser cannot. */
function typeInto(element: HTMLTextAreaElement, text: string): boolean {
  if (text.length > LONGEST_TYPED) return false;
  const { ownerDocument } = element;
  // No other way of editing a field leaves the browser's undo history whole.
  return typeof ownerDocument.execCommand === "function" && ownerDocument.execCommand("insertText", false, text);
}
