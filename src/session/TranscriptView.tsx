import "./transcript.css";
import { useNavigate } from "@tanstack/react-router";
import { ScrollText } from "lucide-react";
import { useEffect, useMemo, useReducer, useRef, useState } from "react";
import type { TranscriptPart } from "@/api/bindings.ts";
import { useApiQuery } from "@/api/context.tsx";
import { useAction } from "@/ui/actions.ts";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { FOLLOWING, follow, STANDING } from "@/ui/long-list/follow.ts";
import { defined } from "@/ui/search.ts";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { Split } from "@/ui/Split.tsx";
import { type Group, GROUPS } from "./entry.ts";
import { type Filter, isFiltering } from "./filtered.ts";
import { HitList, MOST_HITS } from "./HitList.tsx";
import { transcriptText as text } from "./messages.ts";
import type { TranscriptSearch } from "./search.ts";
import { SessionList } from "./SessionList.tsx";
import { TranscriptBar } from "./TranscriptBar.tsx";
import { type FeedHandle, type Found, TranscriptFeed } from "./TranscriptFeed.tsx";
import { useFacets } from "./useFacets.ts";
import { type Transcript, useTranscript } from "./useTranscript.ts";

type Props = { project: number; run: number; search: TranscriptSearch };

/** The transcript of one run: its sessions, its rows, its search. Another run needs another `key`. */
export function TranscriptView({ project, run, search }: Props) {
  const transcript = useTranscript(project, run);
  const { snapshot, parts, failure, reload } = transcript;
  if (failure && !parts) {
    return (
      <ErrorState
        title={text.failed}
        message={failure.message}
        hint={failure.hint}
        incident={failure.incident}
        onRetry={reload}
      />
    );
  }
  if (!parts) return <SkeletonRows label={text.loading} count={10} />;
  if (snapshot.outline.total === 0) {
    return <EmptyState icon={<ScrollText aria-hidden />} title={text.none} description={text.noneWhat} />;
  }
  return <Loaded project={project} run={run} search={search} transcript={transcript} parts={parts} />;
}

type LoadedProps = Props & { transcript: Transcript; parts: readonly TranscriptPart[] };
type Change = { [Key in keyof TranscriptSearch]?: TranscriptSearch[Key] | undefined };

function Loaded({ project, run, search, transcript, parts }: LoadedProps) {
  const { source, snapshot } = transcript;
  const navigate = useNavigate();
  const feed = useRef<FeedHandle>(null);
  const field = useRef<HTMLInputElement>(null);
  const [found, setFound] = useState<Found | null>(null);
  const { session, row, q = "", show, tool, file } = search;
  const filter = useMemo<Filter>(() => {
    const groups = new Set<Group>(GROUPS.filter((group) => show?.split(",").includes(group)));
    return { groups, tool: tool ?? null, file: file ?? null };
  }, [show, tool, file]);
  const facets = useFacets(project, run, parts);
  // A link to a row stands at that row; a link to a session that goes on, or to the run, is to be followed.
  const isLive = parts.find((part) => part.session === session)?.ended_at_ms === null;
  const isToFollow = row === undefined && (session === undefined || isLive);
  const [state, dispatch] = useReducer(follow, isToFollow ? FOLLOWING : STANDING);
  const { isFollowing } = state;
  useEffect(() => source.follow(isFollowing), [source, isFollowing]);

  const go = (change: Change) => {
    const next = defined<Change>({ ...search, run, ...change });
    void navigate({ to: "/p/$project/transcript", params: { project }, search: next, replace: true });
  };

  const isSearching = q.trim() !== "";
  const searched = useApiQuery(
    "transcript_search",
    { project, run, query: q, limit: MOST_HITS },
    { isEnabled: isSearching, keepsPrevious: true },
  );
  const hits = isSearching ? searched.data : undefined;
  const current = hits?.findIndex((hit) => hit.session === session && hit.ordinal === row) ?? -1;
  const step = (direction: 1 | -1) => {
    const next = hits?.[Math.max(0, current + direction)];
    if (next) go({ session: next.session, row: next.ordinal });
    else feed.current?.step(direction);
  };
  const toEnd = () => {
    dispatch({ type: "latest" });
    feed.current?.toEnd();
  };
  const toggleFollow = () => (isFollowing ? dispatch({ type: "went" }) : toEnd());
  useAction("transcript.search", () => {
    field.current?.focus();
    field.current?.select();
  });
  useAction("transcript.follow", toggleFollow);
  useAction("transcript.latest", toEnd);
  useAction("transcript.first", () => feed.current?.toStart());
  useAction("transcript.next", () => step(1));
  useAction("transcript.previous", () => step(-1));

  return (
    <Split
      name="transcript"
      label={text.sessionsOf}
      initial={250}
      least={200}
      side={
        isSearching ? (
          <HitList
            project={project}
            run={run}
            query={q}
            hits={hits}
            failure={searched.error}
            onRetry={() => void searched.refetch()}
            parts={parts}
            current={current}
          />
        ) : (
          <SessionList project={project} run={run} parts={parts} outline={snapshot.outline} current={session ?? null} />
        )
      }
    >
      <TranscriptBar
        query={q}
        onQuery={(query) => go({ q: query || undefined })}
        field={field}
        filter={filter}
        onFilter={({ groups, tool: called, file: named }) =>
          go({ show: [...groups].join(",") || undefined, tool: called ?? undefined, file: named ?? undefined })
        }
        facets={facets}
        found={isFiltering(filter) ? found : null}
        isFollowing={isFollowing}
        onFollow={toggleFollow}
      />
      <TranscriptFeed
        key={JSON.stringify([show, tool, file])}
        ref={feed}
        project={project}
        run={run}
        source={source}
        snapshot={snapshot}
        parts={parts}
        filter={filter}
        target={session === undefined ? null : { session, row: row ?? null }}
        query={q}
        follow={state}
        onFollow={dispatch}
        onLatest={toEnd}
        onShowAll={() => go({ show: undefined, tool: undefined, file: undefined })}
        onFound={setFound}
      />
    </Split>
  );
}
