import { ListFilter, Search, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { Kind, Progress } from "@/api/bindings.ts";
import { useAction, useKeysOf } from "@/ui/actions.ts";
import { Button } from "@/ui/Button.tsx";
import { cx } from "@/ui/cx.ts";
import { IconButton } from "@/ui/IconButton.tsx";
import { Input } from "@/ui/Input.tsx";
import { Kbd } from "@/ui/Kbd.tsx";
import { Select } from "@/ui/Select.tsx";
import { text } from "./messages.ts";
import { type Choices, type Filter, isFiltered } from "./model.ts";
import { COLUMNS, KINDS } from "./search.ts";

type Props = {
  filter: Filter;
  choices: Choices;
  onChange: (change: Partial<Record<keyof Filter, string | undefined>>) => void;
};

/** What of the board is shown. It stands in the URL, so a link leads to the same cards. */
export function FilterBar({ filter, choices, onChange }: Props) {
  const input = useRef<HTMLInputElement>(null);
  useAction("board.search", () => input.current?.focus());
  const keys = useKeysOf("board.search");
  const [isOpen, setOpen] = useState(false);
  // The URL follows a moment after a letter; a field that showed the URL's text would lose what is typed meanwhile.
  const [typed, setTyped] = useState(filter.q ?? "");
  useEffect(() => {
    if (document.activeElement !== input.current) setTyped(filter.q ?? "");
  }, [filter.q]);
  const any = (label: string, values: readonly { value: string; label: string }[]) => [{ value: "", label }, ...values];
  const same = (value: string) => ({ value, label: value });
  return (
    <div role="search" aria-label={text.filter} className="flex flex-wrap items-center gap-2 max-md:w-full">
      <div className="relative w-60 max-md:w-auto max-md:flex-1">
        <Search
          aria-hidden
          className="pointer-events-none absolute top-2 left-2.5 size-4 text-faint pointer-coarse:top-3"
        />
        <Input
          ref={input}
          type="search"
          aria-label={text.filter}
          placeholder={text.filterPlaceholder}
          value={typed}
          className="pr-8 pl-8"
          onChange={(event) => {
            setTyped(event.target.value);
            onChange({ q: event.target.value || undefined });
          }}
          onKeyDown={(event) => {
            if (event.key === "Escape") input.current?.blur();
          }}
        />
        {keys && !typed && (
          <span aria-hidden className="absolute top-1.5 right-2 pointer-coarse:hidden">
            <Kbd keys={keys} />
          </span>
        )}
      </div>
      <IconButton
        label={text.filters}
        aria-expanded={isOpen}
        aria-pressed={Boolean(filter.category ?? filter.spec ?? filter.kind ?? filter.state)}
        className="md:hidden"
        icon={<ListFilter aria-hidden className="size-4" />}
        onClick={() => setOpen(!isOpen)}
      />
      <div className={cx("flex flex-wrap items-center gap-2 md:contents", !isOpen && "max-md:hidden")}>
        <Select
          label={text.category}
          value={filter.category ?? ""}
          options={any(text.allCategories, choices.categories.map(same))}
          onChange={(category) => onChange({ category: category || undefined })}
          className="w-36"
        />
        {choices.specs.length > 1 && (
          <Select
            label={text.spec}
            value={filter.spec ?? ""}
            options={any(text.allSpecs, choices.specs.map(same))}
            onChange={(spec) => onChange({ spec: spec || undefined })}
            className="w-28"
          />
        )}
        <Select
          label={text.kind}
          value={filter.kind ?? ""}
          options={any(
            text.allKinds,
            KINDS.map((kind: Kind) => ({ value: kind, label: text.kinds[kind] })),
          )}
          onChange={(kind) => onChange({ kind: kind || undefined })}
          className="w-28"
        />
        <Select
          label={text.state}
          value={filter.state ?? ""}
          options={any(
            text.allStates,
            COLUMNS.map((state: Progress) => ({ value: state, label: text.columns[state] })),
          )}
          onChange={(state) => onChange({ state: state || undefined })}
          className="w-32"
        />
      </div>
      {isFiltered(filter) && (
        <Button
          variant="ghost"
          size="sm"
          icon={<X aria-hidden className="size-3.5" />}
          onClick={() =>
            onChange({ q: undefined, category: undefined, spec: undefined, kind: undefined, state: undefined })
          }
        >
          {text.clearFilter}
        </Button>
      )}
    </div>
  );
}
