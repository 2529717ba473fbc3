import { useEffect, useRef, useState } from "react";
import { useClient } from "@/api/context.tsx";
import { type Failure, toFailure } from "@/api/failure.ts";
import { isWanted } from "./arrange.ts";
import type { Group } from "./entry.ts";
import { type Found, NOTHING_FOUND, scan } from "./scan.ts";
import type { TranscriptSource } from "./source.ts";

export type Filtered = Found & { failure: Failure | null };

/** The rows of the sorts asked for, as they are found; null when all are shown. Other sorts need another `key`. */
export function useFiltered(
  project: number,
  source: TranscriptSource,
  groups: ReadonlySet<Group>,
  total: number,
): Filtered | null {
  const client = useClient();
  const found = useRef<Found>(NOTHING_FOUND);
  const isLooking = useRef(false);
  const isGone = useRef(false);
  const [filtered, setFiltered] = useState<Filtered>({ ...NOTHING_FOUND, failure: null });

  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
    };
  }, []);

  useEffect(() => {
    // A search that goes on takes rows that come in meanwhile along.
    if (groups.size === 0 || isLooking.current || found.current.looked >= total) return;
    isLooking.current = true;
    const fetch = (session: string, from: number, limit: number) =>
      client.transcript_window({ project, session, from, limit });
    const look = async () => {
      try {
        const wanted = scan(
          () => source.snapshot().outline,
          (entry) => isWanted(entry, groups),
          fetch,
          found.current,
        );
        for await (const now of wanted) {
          if (isGone.current) return;
          found.current = now;
          setFiltered({ ...now, failure: null });
        }
      } catch (thrown) {
        setFiltered({ ...found.current, failure: toFailure(thrown) });
      } finally {
        isLooking.current = false;
      }
    };
    void look();
  }, [client, project, source, groups, total]);

  return groups.size === 0 ? null : filtered;
}
