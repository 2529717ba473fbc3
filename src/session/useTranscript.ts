import { useQuery } from "@tanstack/react-query";
import { useLayoutEffect, useState, useSyncExternalStore } from "react";
import type { TranscriptPart } from "@/api/bindings.ts";
import { useClient, useEvents } from "@/api/context.tsx";
import type { Failure } from "@/api/failure.ts";
import { type Snapshot, TranscriptSource } from "./source.ts";

export type Transcript = {
  source: TranscriptSource;
  snapshot: Snapshot;
  /** The sessions with what is known of them besides their rows; none until they are read. */
  parts: readonly TranscriptPart[] | null;
  failure: Failure | null;
  reload: () => void;
};

/** The transcript of a run as it grows. Another run needs another `key`. */
export function useTranscript(project: number, run: number): Transcript {
  const client = useClient();
  const [source] = useState(
    () => new TranscriptSource((session, from, limit) => client.transcript_window({ project, session, from, limit })),
  );
  const snapshot = useSyncExternalStore(source.subscribe, source.snapshot);
  // No event touches a query of this name, so it is read again only when it must be: when events were missed, or below.
  const read = useQuery<readonly TranscriptPart[], Failure>({
    queryKey: ["transcript_parts", { project, run }],
    queryFn: () => client.transcript_outline({ project, run }),
    staleTime: 0,
  });
  const { data, refetch } = read;
  useLayoutEffect(() => {
    if (data) source.setOutline(data);
  }, [source, data]);

  const reload = () => void refetch();
  // Growth is taken from the events: reading all sessions again for each row would cost more than the rows.
  useEvents((envelope) => {
    if (envelope.project !== project) return;
    if (envelope.event === "transcript_grew") source.grew(envelope.session, envelope.rows);
    else if (envelope.event === "session_started" && envelope.run === run) reload();
    else if (envelope.event === "session_ended" && snapshot.outline.startOf(envelope.session) !== null) reload();
    else if (envelope.event === "changed_elsewhere") reload();
  });
  return { source, snapshot, parts: data ?? null, failure: read.error, reload };
}
