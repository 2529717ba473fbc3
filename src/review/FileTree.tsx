import { Check, ChevronRight, FileDiff, FileMinus, FilePlus, FileSymlink } from "lucide-react";
import { type ComponentType, useMemo, useState } from "react";
import type { ChangedFile } from "@/api/bindings.ts";
import { cx } from "@/ui/cx.ts";
import { Input } from "@/ui/Input.tsx";
import { LongList } from "@/ui/long-list/LongList.tsx";
import { text } from "./messages.ts";
import { treeRows } from "./tree.ts";

type Props = {
  files: readonly ChangedFile[];
  current: string | null;
  isViewed: (file: ChangedFile) => boolean;
  onChoose: (path: string) => void;
};

type Icon = ComponentType<{ className?: string; "aria-hidden"?: boolean }>;

const ICONS: Readonly<Record<ChangedFile["status"], { icon: Icon; colour: string }>> = {
  added: { icon: FilePlus, colour: "text-success" },
  modified: { icon: FileDiff, colour: "text-warning" },
  deleted: { icon: FileMinus, colour: "text-danger" },
  renamed: { icon: FileSymlink, colour: "text-accent" },
  type_changed: { icon: FileDiff, colour: "text-warning" },
};

/** The changed files as a tree with what happened to each and how much. */
export function FileTree({ files, current, isViewed, onChoose }: Props) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [filter, setFilter] = useState("");
  const shown = useMemo(() => {
    const wanted = filter.trim().toLowerCase();
    return wanted === "" ? files : files.filter((file) => file.path.toLowerCase().includes(wanted));
  }, [files, filter]);
  const rows = useMemo(() => treeRows(shown, closed), [shown, closed]);
  const reveal = rows.findIndex((row) => row.type === "file" && row.path === current);

  const toggle = (path: string) =>
    setClosed((before) => {
      const next = new Set(before);
      if (!next.delete(path)) next.add(path);
      return next;
    });

  return (
    <nav aria-label={text.tree} className="flex min-h-0 flex-1 flex-col">
      <div className="border-b border-line p-2">
        <Input
          aria-label={text.filter}
          placeholder={text.filter}
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
      </div>
      {rows.length === 0 ? (
        <p className="p-4 text-muted">{text.noMatch}</p>
      ) : (
        <LongList
          label={text.tree}
          className="[&_[data-row]]:px-1 [&_[data-row='0']]:pt-1"
          count={rows.length}
          estimate={28}
          keyOf={(at) => rows[at]?.path ?? at}
          reveal={reveal}
          render={(at) => {
            const row = rows[at];
            if (!row) return null;
            const indent = { paddingLeft: 8 + row.depth * 14 };
            if (row.type === "directory") {
              return (
                <button
                  type="button"
                  aria-expanded={row.isOpen}
                  style={indent}
                  className="flex h-7 w-full items-center gap-1.5 rounded-md pr-2 text-left text-muted hover:bg-hover"
                  onClick={() => toggle(row.path)}
                >
                  <ChevronRight aria-hidden className={cx("size-3.5 shrink-0", row.isOpen && "rotate-90")} />
                  <span className="min-w-0 flex-1 truncate">{row.name}</span>
                  {!row.isOpen && <Counts added={row.added} removed={row.removed} />}
                </button>
              );
            }
            const { icon: Icon, colour } = ICONS[row.file.status];
            const isSeen = isViewed(row.file);
            return (
              <button
                type="button"
                aria-current={row.path === current ? "true" : undefined}
                title={row.file.old_path ? `${row.path} (${text.renamed(row.file.old_path)})` : row.path}
                style={indent}
                className={cx(
                  "flex h-7 w-full items-center gap-1.5 rounded-md pr-2 text-left hover:bg-hover",
                  row.path === current && "bg-accent-soft",
                )}
                onClick={() => onChoose(row.path)}
              >
                <Icon aria-hidden className={cx("size-4 shrink-0", colour)} />
                <span className={cx("min-w-0 flex-1 truncate", isSeen && "text-muted")}>
                  {row.name}
                  <span className="sr-only">
                    , {text.statuses[row.file.status]}
                    {isSeen && `, ${text.viewed}`}
                  </span>
                </span>
                {isSeen && <Check aria-hidden className="size-3.5 shrink-0 text-success" />}
                <Counts added={row.file.added} removed={row.file.removed} />
              </button>
            );
          }}
        />
      )}
    </nav>
  );
}

/** Lines that came in and went. */
export function Counts({ added, removed }: { added: number; removed: number }) {
  return (
    <span className="shrink-0 text-2xs tabular">
      {added > 0 && (
        <span className="text-success">
          <span className="sr-only">, {text.added(added)}</span>
          <span aria-hidden>+{added.toLocaleString("en")}</span>
        </span>
      )}
      {removed > 0 && (
        <span className="ml-1 text-danger">
          <span className="sr-only">, {text.removed(removed)}</span>
          <span aria-hidden>−{removed.toLocaleString("en")}</span>
        </span>
      )}
    </span>
  );
}
