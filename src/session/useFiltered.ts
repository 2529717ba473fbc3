import { useEffect, useState, useSyncExternalStore } from "react";
import { useClient } from "@/api/context.tsx";
import { type Filter, FilteredSource, type FilteredSnapshot, isFiltering } from "./filtered.ts";
import type { Outline } from "./outline.ts";

export type Filtered = { source: FilteredSource; snapshot: FilteredSnapshot };

const NEVER = () => () => {};
const NOTHING = () => null;

/** The rows that a filter finds as the run grows; null when all are shown. Another filter needs another `key`. */
export function useFiltered(
  project: number,
  run: number,
  filter: Filter,
  outline: Outline,
  isFollowing: boolean,
): Filtered | null {
  const client = useClient();
  const [source] = useState(() => {
    if (!isFiltering(filter)) return null;
    const { groups, tool, file } = filter;
    const asked = { project, run, sorts: [...groups], tool, file };
    return new FilteredSource((window) => client.transcript_filtered({ ...asked, ...window }));
  });
  const snapshot = useSyncExternalStore(source?.subscribe ?? NEVER, source?.snapshot ?? NOTHING);
  useEffect(() => source?.follow(isFollowing), [source, isFollowing]);
  useEffect(() => {
    const spot = outline.locate(outline.total - 1);
    if (spot) source?.grew(spot);
  }, [source, outline]);
  return source && snapshot ? { source, snapshot } : null;
}
