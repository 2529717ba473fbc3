import { useEffect, useState, useSyncExternalStore } from "react";
import type { TranscriptPart } from "@/api/bindings.ts";
import { useApi, useEvents } from "@/api/context.tsx";
import { type Failure, toFailure } from "@/api/failure.ts";
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
  const { client, connection } = useApi();
  const [source] = useState(
    () => new TranscriptSource((session, from, limit) => client.transcript_window({ project, session, from, limit })),
  );
  const snapshot = useSyncExternalStore(source.subscribe, source.snapshot);
  const [read, setRead] = useState<{ parts: readonly TranscriptPart[] | null; failure: Failure | null }>({
    parts: null,
    failure: null,
  });
  const [round, setRound] = useState(0);

  useEffect(() => {
    // What happened while the host could not be heard is found out as soon as it can.
    if (connection === "lost" || round < 0) return;
    let isWanted = true;
    void client.transcript_outline({ project, run }).then(
      (parts) => {
        if (!isWanted) return;
        source.setOutline(parts);
        setRead({ parts, failure: null });
      },
      (thrown: unknown) => {
        if (isWanted) setRead((before) => ({ ...before, failure: toFailure(thrown) }));
      },
    );
    return () => {
      isWanted = false;
    };
  }, [client, connection, project, run, source, round]);

  const reload = () => setRound((before) => before + 1);
  // Growth is taken from the events: reading all sessions again for each row would cost more than the rows.
  useEvents((envelope) => {
    if (envelope.project !== project) return;
    if (envelope.event === "transcript_grew") source.grew(envelope.session, envelope.rows);
    else if (envelope.event === "session_started" && envelope.run === run) reload();
    else if (envelope.event === "session_ended" && snapshot.outline.startOf(envelope.session) !== null) reload();
    else if (envelope.event === "changed_elsewhere") reload();
  });
  return { source, snapshot, ...read, reload };
}
