import { useQuery } from "@tanstack/react-query";
import type { TranscriptFacets, TranscriptPart } from "@/api/bindings.ts";
import { useClient } from "@/api/context.tsx";

/** How soon the counts are read again while the run goes on, and while the host is still counting, in milliseconds. */
const LIVE_MS = 5000;
const COUNTING_MS = 1000;

/** What rows of a run can be asked for, with their counts; nothing until the host has answered. */
export function useFacets(project: number, run: number, parts: readonly TranscriptPart[]): TranscriptFacets | null {
  const client = useClient();
  const isLive = parts.some((part) => part.ended_at_ms === null);
  // No event touches a query of this name: counting again for each row that comes in would help nobody.
  const { data } = useQuery({
    queryKey: ["transcript_facet_counts", { project, run, isLive, sessions: parts.length }],
    queryFn: () => client.transcript_facets({ project, run }),
    placeholderData: (before) => before,
    refetchInterval: ({ state }) =>
      state.data && state.data.sorted < state.data.rows ? COUNTING_MS : isLive ? LIVE_MS : false,
  });
  return data ?? null;
}
