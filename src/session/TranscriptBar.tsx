import { ArrowDownToLine, Search, X } from "lucide-react";
import { type RefObject, useEffect, useState } from "react";
import { useKeysOf } from "@/ui/actions.ts";
import { cx } from "@/ui/cx.ts";
import { IconButton } from "@/ui/IconButton.tsx";
import { Input } from "@/ui/Input.tsx";
import { Kbd } from "@/ui/Kbd.tsx";
import { type Group, GROUP_NAMES, GROUPS } from "./entry.ts";
import { transcriptText as text } from "./messages.ts";

type Props = {
  query: string;
  onQuery: (query: string) => void;
  field: RefObject<HTMLInputElement | null>;
  groups: ReadonlySet<Group>;
  onGroups: (groups: ReadonlySet<Group>) => void;
  /** How much of the run was looked through for these sorts, in per cent; none when it is done. */
  looked: number | null;
  isFollowing: boolean;
  onFollow: () => void;
};

/** How long a person pauses before what they typed is searched for, in milliseconds. */
const TYPED_MS = 250;

/** The search, the sorts and the way to the end. */
export function TranscriptBar({ query, onQuery, field, groups, onGroups, looked, isFollowing, onFollow }: Props) {
  const followKeys = useKeysOf("transcript.follow");
  const toggle = (group: Group) => {
    const next = new Set(groups);
    if (!next.delete(group)) next.add(group);
    onGroups(next);
  };
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-2 border-b border-line px-4 py-2">
      <SearchField query={query} onQuery={onQuery} field={field} />
      <fieldset className="flex min-w-0 items-center gap-1 overflow-x-auto">
        <legend className="sr-only">{text.filters}</legend>
        <Chip label={text.all} isOn={groups.size === 0} onPress={() => onGroups(new Set())} />
        {GROUPS.map((group) => (
          <Chip key={group} label={GROUP_NAMES[group]} isOn={groups.has(group)} onPress={() => toggle(group)} />
        ))}
        {looked !== null && <span className="ml-2 text-xs text-muted tabular">{text.looking(looked)}</span>}
      </fieldset>
      <button
        type="button"
        aria-pressed={isFollowing}
        className="ml-auto inline-flex h-7 items-center gap-1.5 rounded-md px-2 text-xs text-muted hover:bg-hover pointer-coarse:h-9 aria-pressed:bg-accent-soft aria-pressed:text-accent"
        onClick={onFollow}
      >
        <ArrowDownToLine aria-hidden className="size-3.5" />
        {text.following}
        {followKeys && (
          <span className="pointer-coarse:hidden">
            <Kbd keys={followKeys} />
          </span>
        )}
      </button>
    </div>
  );
}

function Chip({ label, isOn, onPress }: { label: string; isOn: boolean; onPress: () => void }) {
  return (
    <button
      type="button"
      aria-pressed={isOn}
      className={cx(
        "h-6 shrink-0 rounded-md border px-2 text-xs pointer-coarse:h-9 pointer-coarse:px-3",
        isOn ? "border-accent bg-accent-soft text-accent" : "border-line text-muted hover:bg-hover hover:text-text",
      )}
      onClick={onPress}
    >
      {label}
    </button>
  );
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
