import { Link } from "@tanstack/react-router";
import { ArrowDown, FilterX } from "lucide-react";
import { type Ref, useCallback, useEffect, useImperativeHandle, useMemo, useRef, useState } from "react";
import type { TranscriptPart } from "@/api/bindings.ts";
import { reasonOf } from "@/api/failure.ts";
import { type Host, useHost } from "@/host/host.ts";
import { Badge } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { moment } from "@/ui/format.ts";
import type { Follow, FollowEvent } from "@/ui/long-list/follow.ts";
import { LongList, type LongListHandle } from "@/ui/long-list/LongList.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { toast } from "@/ui/toast.ts";
import { arrange, type Shape } from "./arrange.ts";
import { EntryRow, FoldRow, PendingRow, SessionHeading } from "./EntryRow.tsx";
import { type Entry, plainText } from "./entry.ts";
import { type FilteredSnapshot, type FilteredSource, type Filter, isFiltering } from "./filtered.ts";
import { highlightWords } from "./highlight-words.ts";
import { text as words, transcriptText as text } from "./messages.ts";
import { CardLink } from "./MissionPanel.tsx";
import type { Outline, Spot } from "./outline.ts";
import type { Snapshot, TranscriptSource } from "./source.ts";
import { useFiltered } from "./useFiltered.ts";
import { outcomeTone, outcomeWords, ROLES } from "./words.ts";

/** Rows that a filter found, and the part of the run that was looked at, in per cent; none when that is all of it. */
export type Found = { rows: number; percent: number | null };
export type FeedHandle = { step: (direction: 1 | -1) => void; toEnd: () => void; toStart: () => void };

type Props = {
  project: number;
  run: number;
  source: TranscriptSource;
  snapshot: Snapshot;
  parts: readonly TranscriptPart[];
  filter: Filter;
  /** Where a link leads: a session, or a row of it. */
  target: { session: string; row: number | null } | null;
  query: string;
  follow: Follow;
  onFollow: (event: FollowEvent) => void;
  onLatest: () => void;
  onShowAll: () => void;
  /** How many rows were found, in how much of the run; none when all are shown or the host has not answered. */
  onFound: (found: Found | null) => void;
  ref?: Ref<FeedHandle>;
};

/** Where a copied link leads: to the entry itself, or as near as a link into the program can. */
function leadsTo({ can }: Host, feature: number | null): "entry" | "card" | "project" {
  if (can.linkPages) return "entry";
  return feature === null ? "project" : "card";
}

/** Rows on each side of one that a link leads to which are fetched with it. */
const ROUND_GOAL = 15;
/** What a row is believed to be high before it was shown, in px. */
const USUAL_HEIGHT = 72;
/** The same where edits are asked for, which stand there with what they change: rows believed to be low are drawn for nothing. */
const EDIT_HEIGHT = 170;

/** The rows of a run, as few of them as are in sight. Another filter needs another `key`. */
export function TranscriptFeed(props: Props) {
  const {
    project,
    run,
    source,
    snapshot,
    parts,
    filter,
    target,
    query,
    follow,
    onFollow,
    onLatest,
    onShowAll,
    onFound,
    ref,
  } = props;
  const { outline, failure } = snapshot;
  const list = useRef<LongListHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const filtered = useFiltered(project, run, filter, outline, follow.isFollowing);
  const found = filtered?.source ?? null;
  const total = filtered ? filtered.snapshot.total : outline.total;
  const count = total ?? 0;
  const shape = useMemo<Shape>(
    () => ({ groups: filter.groups, isFiltered: isFiltering(filter), opened }),
    [filter, opened],
  );

  // Whatever is fetched makes another snapshot, and with it another view of what is hidden.
  const now = filtered?.snapshot ?? snapshot;
  const view = useMemo(() => ({ now, source, found, outline, shape }), [now, source, found, outline, shape]);
  const at = useCallback((row: number) => rowAt(view, row), [view]);
  const isHidden = useCallback((row: number) => at(row)?.arranged === null, [at]);

  const toggle = useCallback((parent: string) => {
    setOpened((before) => {
      const next = new Set(before);
      if (!next.delete(parent)) next.add(parent);
      return next;
    });
  }, []);
  const copy = useCallback((what: string, said: string) => {
    void navigator.clipboard.writeText(what).then(
      () => toast({ title: said, tone: "success" }),
      () => toast({ title: text.copyFailed, tone: "danger" }),
    );
  }, []);
  const copyEntry = useCallback((entry: Entry) => copy(plainText(entry), text.copied), [copy]);
  const host = useHost();
  const byId = useMemo(() => new Map(parts.map((part) => [part.session, part])), [parts]);
  // Sessions are told anew with every row; the rows in sight are not drawn anew for that.
  const latest = useRef(byId);
  useEffect(() => {
    latest.current = byId;
  });
  const copyLink = useCallback(
    (session: string, entry: Entry) => {
      const feature = latest.current.get(session)?.feature ?? null;
      const search = new URLSearchParams({ run: String(run), session, row: String(entry.ordinal) });
      const page = `/p/${project}/transcript?${search.toString()}`;
      copy(host.linkTo({ project, feature, page }), text.linkCopied[leadsTo(host, feature)]);
    },
    [copy, host, project, run],
  );

  const goal = target && outline.positionOf({ session: target.session, ordinal: target.row ?? 0 });
  const goalKey = target && target.row !== null ? `${target.session}/${target.row}` : null;
  const goalEntry = goal === null || found ? undefined : source.rowAt(goal);
  const reach = useCallback(
    async (position: number) => {
      const spot = outline.locate(position);
      if (found) return spot && (await found.reach(spot, ROUND_GOAL));
      // Going there first would draw rows that are not there yet.
      await source.bring(position - ROUND_GOAL, position + ROUND_GOAL);
      return position;
    },
    [outline, source, found],
  );
  useGoal({ goalKey, goal, goalEntry, source, opened, reach, list, onFollow, open: toggle });

  const isFirstView = useRef(true);
  useEffect(() => {
    // A link to a session that has ended shows its beginning.
    if (isFirstView.current && !follow.isFollowing && goalKey === null && goal !== null) {
      void reach(goal).then((row) => row !== null && list.current?.scrollTo(row));
    }
    isFirstView.current = false;
  }, [follow.isFollowing, goalKey, goal, reach]);

  const percent = filtered ? lookedAt(filtered.snapshot) : null;
  const isFound = filtered !== null && total !== null;
  useEffect(() => onFound(isFound ? { rows: count, percent } : null), [onFound, isFound, count, percent]);

  const before = useRef(total);
  useEffect(() => {
    const more = before.current === null ? 0 : count - before.current;
    before.current = total;
    if (more > 0) onFollow({ type: "grew", rows: more });
  }, [total, count, onFollow]);

  const current = useRef<number | null>(null);
  useImperativeHandle(ref, () => ({
    step(direction) {
      const from = current.current ?? (list.current?.first() ?? 0) - direction;
      let next = from + direction;
      while (next > 0 && next < count - 1 && isHidden(next)) next += direction;
      current.current = Math.min(Math.max(0, next), count - 1);
      onFollow({ type: "went" });
      list.current?.scrollTo(current.current, { align: "nearest", isFocused: true });
    },
    toEnd: () => list.current?.scrollToEnd(),
    toStart: () => {
      onFollow({ type: "went" });
      list.current?.scrollTo(0);
    },
  }));

  const want = useCallback((first: number, last: number) => (found ?? source).want(first, last), [source, found]);
  useEffect(() => {
    const frame = requestAnimationFrame(() =>
      highlightWords(box.current?.querySelector<HTMLElement>("[role=feed]") ?? null, query),
    );
    return () => cancelAnimationFrame(frame);
  });

  const near = found ?? source;
  const render = (row: number) => {
    const shown = at(row);
    if (!shown) return <PendingRow />;
    const { spot, entry, arranged } = shown;
    const part = spot.ordinal === 0 && !found ? byId.get(spot.session) : undefined;
    return (
      <>
        {part && <Heading project={project} part={part} />}
        {arranged?.type === "fold" && <FoldRow fold={arranged} onToggle={toggle} />}
        {arranged?.type === "entry" && (
          <EntryRow
            project={project}
            session={spot.session}
            entry={entry}
            blocks={arranged.blocks}
            partners={arranged.blocks.map((block) =>
              block.type === "tool_call"
                ? near.resultOf(block.id)
                : block.type === "tool_result"
                  ? near.callOf(block.id)
                  : undefined,
            )}
            opened={opened}
            isTarget={goalKey === `${spot.session}/${spot.ordinal}`}
            onToggle={toggle}
            onCopy={copyEntry}
            copyLinkLabel={text.copyLink[leadsTo(host, byId.get(spot.session)?.feature ?? null)]}
            onCopyLink={copyLink}
          />
        )}
      </>
    );
  };

  const trouble = filtered ? filtered.snapshot.failure : failure;
  return (
    <>
      {trouble && (
        <div role="alert" className="flex items-center gap-3 border-b border-line bg-danger-soft px-4 py-2">
          <span className="font-medium text-danger">{text.entryFailed}</span>
          <span className="min-w-0 truncate">{reasonOf(trouble)}</span>
          <Button size="sm" className="ml-auto" onClick={() => near.retry()}>
            {words.retry}
          </Button>
        </div>
      )}
      <div ref={box} className="relative flex min-h-0 flex-1 flex-col">
        {total === null ? (
          !trouble && <SkeletonRows label={text.loading} count={10} />
        ) : count === 0 && percent === null ? (
          <EmptyState
            icon={<FilterX aria-hidden />}
            title={text.nothingFits}
            description={text.nothingFitsWhat}
            actions={<Button onClick={onShowAll}>{text.clear}</Button>}
          />
        ) : (
          <LongList
            ref={list}
            role="feed"
            label={text.entries}
            count={count}
            estimate={filter.groups.has("edits") ? EDIT_HEIGHT : USUAL_HEIGHT}
            keyOf={(row) => row}
            render={render}
            isHidden={isHidden}
            isFollowing={follow.isFollowing}
            onScrolled={(before, after) => {
              current.current = null;
              onFollow({ type: "scrolled", before, after });
            }}
            onRange={want}
          />
        )}
        {!follow.isFollowing && (
          <Button
            className="absolute bottom-4 left-1/2 -translate-x-1/2 rounded-full shadow-overlay"
            icon={<ArrowDown aria-hidden className="size-3.5" />}
            onClick={onLatest}
          >
            {text.latest}
            {follow.unseen > 0 && <span className="text-muted tabular">· {text.newRows(follow.unseen)}</span>}
          </Button>
        )}
      </div>
    </>
  );
}

/** What the rows of the list are taken from: those that a filter found, or all of the run. */
type View = { source: TranscriptSource; found: FilteredSource | null; outline: Outline; shape: Shape };

/** A row of the list with how it is shown; nothing while it is not at hand. */
function rowAt({ source, found, outline, shape }: View, row: number) {
  const filtered = found?.at(row);
  const spot: Spot | null = found
    ? filtered
      ? { session: filtered.session, ordinal: filtered.entry.ordinal }
      : null
    : outline.locate(row);
  const entry = found ? filtered?.entry : source.rowAt(row);
  if (!spot || !entry) return null;
  return { spot, entry, arranged: arrange(row, entry, found ?? source, shape) };
}

/** The part of the run that the host has looked at, in per cent; nothing when it is all. */
function lookedAt({ sorted, rows }: FilteredSnapshot): number | null {
  return sorted < rows ? Math.floor((100 * sorted) / rows) : null;
}

type Goal = {
  goalKey: string | null;
  goal: number | null;
  goalEntry: Entry | undefined;
  source: TranscriptSource;
  opened: ReadonlySet<string>;
  /** Brings a row of the run and says where in the list it is, if it can. */
  reach: (position: number) => Promise<number | null>;
  list: { current: LongListHandle | null };
  onFollow: (event: FollowEvent) => void;
  open: (parent: string) => void;
};

/** Goes to the row that a link names, once, and makes it visible if it is folded or stands in its call. */
function useGoal({ goalKey, goal, goalEntry, source, opened, reach, list, onFollow, open }: Goal) {
  const reached = useRef<{ key: string; isSeen: boolean } | null>(null);
  useEffect(() => {
    if (goalKey === null || goal === null) return;
    if (reached.current?.key !== goalKey) {
      reached.current = { key: goalKey, isSeen: false };
      onFollow({ type: "went" });
      void reach(goal).then((row) => {
        if (row === null || reached.current?.key !== goalKey) return;
        list.current?.scrollTo(row, { align: "center", isFocused: true });
      });
    }
    if (!goalEntry || reached.current.isSeen) return;
    reached.current.isSeen = true;
    if (goalEntry.parent_call !== null && !opened.has(goalEntry.parent_call)) open(goalEntry.parent_call);
    const [first] = goalEntry.body;
    const call = first?.type === "tool_result" ? source.callPosition(first.id) : null;
    if (call !== null) list.current?.scrollTo(call, { align: "center", isFocused: true });
  });
}

function Heading({ project, part }: { project: number; part: TranscriptPart }) {
  return (
    <SessionHeading>
      <span className="font-semibold">{words.sessionNumber(part.number)}</span>
      <span className="text-muted">
        {ROLES[part.role]} · {moment(part.started_at_ms)}
      </span>
      {part.feature !== null && <CardLink project={project} feature={part.feature} />}
      <Link
        to="/p/$project/review"
        params={{ project }}
        search={{ session: part.session }}
        className="text-accent hover:underline"
      >
        {text.openChanges}
      </Link>
      <Badge className="ml-auto" tone={outcomeTone(part.outcome)}>
        {part.outcome ? outcomeWords(part.outcome) : words.goingOn}
      </Badge>
    </SessionHeading>
  );
}
