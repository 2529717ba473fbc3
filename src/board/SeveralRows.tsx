import { ArrowDown, ArrowUp, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useRef } from "react";
import { IconButton } from "@/ui/IconButton.tsx";
import { Input } from "@/ui/Input.tsx";
import { Select } from "@/ui/Select.tsx";
import { text } from "./messages.ts";
import { ROW_KINDS, type Row, type RowKind, added, changed, emptyRow, moved, without } from "./several.ts";

type Props = {
  rows: readonly Row[];
  categories: readonly string[];
  /** Whether rows without a title are to be marked: somebody tried to add them. */
  isMissingShown: boolean;
  onRows: (rows: readonly Row[]) => void;
};

/** The cards to be, in their order: each can be renamed, moved, changed and left out, by hand or by keys. */
export function SeveralRows({ rows, categories, isMissingShown, onRows }: Props) {
  const list = useId();
  const place = useRef<HTMLOListElement>(null);
  /** The row that gets the focus once it is drawn. */
  const wanted = useRef<number | null>(null);
  useEffect(() => {
    if (wanted.current === null) return;
    place.current?.querySelector<HTMLElement>(`[data-row="${wanted.current}"] input`)?.focus();
    wanted.current = null;
  });

  const leaveOut = (at: number) => {
    const row = rows[at];
    if (!row) return;
    wanted.current = (rows[at + 1] ?? rows[at - 1])?.key ?? null;
    onRows(without(rows, row.key));
  };
  const move = (row: Row, by: -1 | 1) => onRows(moved(rows, row.key, by));
  const press = (event: KeyboardEvent<HTMLInputElement>, row: Row, at: number) => {
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      wanted.current = row.key;
      move(row, event.key === "ArrowUp" ? -1 : 1);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      const next = emptyRow(row.feature);
      wanted.current = next.key;
      onRows(added(rows, at, next));
    } else if (event.key === "Backspace" && row.feature.name === "" && rows.length > 1) {
      event.preventDefault();
      leaveOut(at);
    }
  };

  return (
    <>
      <ol ref={place} className="flex flex-col gap-1.5">
        {rows.map((row, at) => {
          const { name, kind, category } = row.feature;
          const said = name.trim() || text.form.row(at + 1);
          const isMissing = isMissingShown && name.trim() === "";
          return (
            <li
              key={row.key}
              data-row={row.key}
              className="flex flex-wrap items-center gap-x-2 gap-y-1.5 max-md:border-b max-md:border-line max-md:pb-2"
            >
              <span aria-hidden className="tabular w-5 text-right text-xs text-faint">
                {at + 1}
              </span>
              <Input
                aria-label={text.form.rowName(at + 1)}
                aria-invalid={isMissing || undefined}
                placeholder={isMissing ? text.form.missingName : undefined}
                value={name}
                maxLength={200}
                className="w-auto min-w-0 flex-1 max-md:min-w-[70%]"
                onChange={(event) => onRows(changed(rows, row.key, { name: event.target.value }))}
                onKeyDown={(event) => press(event, row, at)}
              />
              <Select<RowKind>
                label={text.form.rowKind(at + 1)}
                value={kind === "bug" ? "bug" : "feature"}
                options={ROW_KINDS.map((one) => ({ value: one, label: text.kinds[one] }))}
                onChange={(next) => onRows(changed(rows, row.key, { kind: next }))}
                className="w-28"
              />
              <Input
                aria-label={text.form.rowCategory(at + 1)}
                list={list}
                value={category}
                className="w-32 max-md:min-w-0 max-md:flex-1"
                onChange={(event) => onRows(changed(rows, row.key, { category: event.target.value }))}
              />
              <span className="flex">
                <IconButton
                  label={text.form.rowUp(said)}
                  size="sm"
                  icon={<ArrowUp aria-hidden className="size-3.5" />}
                  disabled={at === 0}
                  onClick={() => move(row, -1)}
                />
                <IconButton
                  label={text.form.rowDown(said)}
                  size="sm"
                  icon={<ArrowDown aria-hidden className="size-3.5" />}
                  disabled={at === rows.length - 1}
                  onClick={() => move(row, 1)}
                />
                <IconButton
                  label={text.form.dropCard(said)}
                  size="sm"
                  icon={<X aria-hidden className="size-3.5" />}
                  onClick={() => leaveOut(at)}
                />
              </span>
            </li>
          );
        })}
      </ol>
      <datalist id={list}>
        {categories.map((category) => (
          <option key={category} value={category}>
            {category}
          </option>
        ))}
      </datalist>
    </>
  );
}
