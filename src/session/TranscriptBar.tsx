import { ArrowDownToLine, Search, X } from "lucide-react";
import { type RefObject, useEffect, useState } from "react";
import type { NameCount, TranscriptFacets } from "@/api/bindings.ts";
import { useKeysOf } from "@/ui/actions.ts";
import { cx } from "@/ui/cx.ts";
import { compact, toolName } from "@/ui/format.ts";
import { IconButton } from "@/ui/IconButton.tsx";
import { Input } from "@/ui/Input.tsx";
import { Kbd } from "@/ui/Kbd.tsx";
import { Select } from "@/ui/Select.tsx";
import { type Group, GROUP_NAMES, GROUPS } from "./entry.ts";
import { type Filter, isFiltering } from "./filtered.ts";
import { transcriptText as text } from "./messages.ts";
import type { Found } from "./TranscriptFeed.tsx";

type Props = {
  query: string;
  onQuery: (query: string) => void;
  field: RefObject<HTMLInputElement | null>;
  filter: Filter;
  onFilter: (filter: Filter) => void;
  /** How many rows there are of what can be asked for, as far as it is known. */
  facets: TranscriptFacets | null;
  /** What the filter found; none without one, or while the host has not answered. */
  found: Found | null;
  isFollowing: boolean;
  onFollow: () => void;
};

/** How long a person pauses before what they typed is searched for, in milliseconds. */
const TYPED_MS = 250;
/** Characters of a path that are shown in a list. */
const LONGEST_PATH = 48;

/** The search, the sorts and the way to the end. */
export function TranscriptBar(props: Props) {
  const { query, onQuery, field, filter, onFilter, facets, found, isFollowing, onFollow } = props;
  const followKeys = useKeysOf("transcript.follow");
  const { groups } = filter;
  const toggle = (group: Group) => {
    const next = new Set(groups);
    if (!next.delete(group)) next.add(group);
    onFilter({ ...filter, groups: next });
  };
  const rowsOf = (group: Group) => facets?.sorts.find(({ sort }) => sort === group)?.rows ?? null;
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-2 border-b border-line px-4 py-2">
      <SearchField query={query} onQuery={onQuery} field={field} />
      <NameSelect
        label={text.tool}
        any={text.anyTool}
        names={facets?.tools ?? []}
        chosen={filter.tool}
        nameOf={toolName}
        onChoose={(tool) => onFilter({ ...filter, tool })}
      />
      <NameSelect
        label={text.file}
        any={text.anyFile}
        names={facets?.files ?? []}
        chosen={filter.file}
        nameOf={endOf}
        onChoose={(file) => onFilter({ ...filter, file })}
      />
      <span role="status" className="text-xs text-muted tabular">
        {found && text.found(found.rows)}
        {found && found.percent !== null && ` · ${text.looking(found.percent)}`}
      </span>
      <button
        type="button"
        aria-pressed={isFollowing}
        className="ml-auto inline-flex h-7 items-center gap-1.5 rounded-md px-2 text-xs text-muted hover:bg-hover pointer-coarse:h-9 aria-pressed:bg-accent-soft aria-pressed:text-accent"
        onClick={onFollow}
      >
        <ArrowDownToLine aria-hidden className="size-3.5" />
        {isFollowing ? text.following : text.follow}
        {followKeys && (
          <span className="pointer-coarse:hidden">
            <Kbd keys={followKeys} />
          </span>
        )}
      </button>
      <fieldset className="flex min-w-0 basis-full items-center gap-1 overflow-x-auto">
        <legend className="sr-only">{text.filters}</legend>
        <Chip
          label={text.all}
          rows={null}
          isOn={!isFiltering(filter)}
          onPress={() => onFilter({ groups: new Set(), tool: null, file: null })}
        />
        {GROUPS.map((group) => (
          <Chip
            key={group}
            label={GROUP_NAMES[group]}
            rows={rowsOf(group)}
            isOn={groups.has(group)}
            onPress={() => toggle(group)}
          />
        ))}
      </fieldset>
    </div>
  );
}

type ChipProps = { label: string; rows: number | null; isOn: boolean; onPress: () => void };

function Chip({ label, rows, isOn, onPress }: ChipProps) {
  return (
    <button
      type="button"
      aria-pressed={isOn}
      title={rows === null ? undefined : text.found(rows)}
      className={cx(
        "h-6 shrink-0 rounded-md border px-2 text-xs pointer-coarse:h-9 pointer-coarse:px-3",
        isOn ? "border-accent bg-accent-soft text-accent" : "border-line text-muted hover:bg-hover hover:text-text",
      )}
      onClick={onPress}
    >
      {label}
      {rows !== null && (
        // The title says it in words.
        <span aria-hidden className="ml-1 text-2xs tabular">
          {compact(rows)}
        </span>
      )}
    </button>
  );
}

type NameSelectProps = {
  label: string;
  any: string;
  names: readonly NameCount[];
  chosen: string | null;
  nameOf: (name: string) => string;
  onChoose: (name: string | null) => void;
};

/** A tool or a file out of those that are spoken of most; a link may name any other. */
function NameSelect({ label, any, names, chosen, nameOf, onChoose }: NameSelectProps) {
  if (names.length === 0 && chosen === null) return null;
  const known = names.some(({ name }) => name === chosen) || chosen === null ? [] : [{ value: chosen, label: chosen }];
  const options = names.map(({ name, rows }) => ({ value: name, label: nameOf(name), hint: text.found(rows) }));
  return (
    <Select
      label={label}
      className="w-32 max-md:flex-1"
      value={chosen ?? ""}
      options={[{ value: "", label: any }, ...known, ...options]}
      onChange={(name) => onChoose(name || null)}
    />
  );
}

/** The end of a path, which tells files apart where their beginnings do not. */
function endOf(path: string): string {
  return path.length <= LONGEST_PATH ? path : `…${path.slice(1 - LONGEST_PATH)}`;
}

function SearchField({ query, onQuery, field }: Pick<Props, "query" | "onQuery" | "field">) {
  const [typed, setTyped] = useState(query);
  const [seen, setSeen] = useState(query);
  if (seen !== query) {
    setSeen(query);
    // Whoever types on is not to lose what they have typed since.
    if (typed === seen) setTyped(query);
  }
  const keys = useKeysOf("transcript.search");
  useEffect(() => {
    if (typed === query) return;
    const timer = setTimeout(() => onQuery(typed), TYPED_MS);
    return () => clearTimeout(timer);
  }, [typed, query, onQuery]);
  return (
    <search className="relative w-60 max-md:w-full">
      <Search
        aria-hidden
        className="pointer-events-none absolute top-2 left-2.5 size-4 text-faint pointer-coarse:top-3"
      />
      <Input
        ref={field}
        type="text"
        aria-label={text.search}
        placeholder={text.search}
        title={text.searchHint}
        value={typed}
        className="pr-8 pl-8"
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") onQuery(typed);
          if (event.key === "Escape") {
            setTyped("");
            onQuery("");
            event.currentTarget.blur();
          }
        }}
      />
      {typed === "" ? (
        keys && (
          <span className="pointer-events-none absolute top-1.5 right-2 pointer-coarse:hidden">
            <Kbd keys={keys} />
          </span>
        )
      ) : (
        <IconButton
          label={text.clearSearch}
          size="sm"
          className="absolute top-1 right-1 pointer-coarse:top-0.5"
          icon={<X aria-hidden className="size-3.5" />}
          onClick={() => {
            setTyped("");
            onQuery("");
          }}
        />
      )}
    </search>
  );
}
