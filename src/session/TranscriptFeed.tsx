import { Link } from "@tanstack/react-router";
import { ArrowDown, FilterX } from "lucide-react";
import { type Ref, useCallback, useEffect, useImperativeHandle, useMemo, useRef, useState } from "react";
import type { TranscriptPart } from "@/api/bindings.ts";
import { Badge } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { moment } from "@/ui/format.ts";
import type { Follow, FollowEvent } from "@/ui/long-list/follow.ts";
import { LongList, type LongListHandle } from "@/ui/long-list/LongList.tsx";
import { toast } from "@/ui/toast.ts";
import { arrange, type Shape } from "./arrange.ts";
import { EntryRow, FoldRow, PendingRow, SessionHeading } from "./EntryRow.tsx";
import { type Entry, type Group, plainText } from "./entry.ts";
import { highlightWords } from "./highlight-words.ts";
import { text as words, transcriptText as text } from "./messages.ts";
import { CardLink } from "./MissionPanel.tsx";
import type { Snapshot, TranscriptSource } from "./source.ts";
import { useFiltered } from "./useFiltered.ts";
import { outcomeTone, outcomeWords, ROLES } from "./words.ts";

export type FeedHandle = { step: (direction: 1 | -1) => void; toEnd: () => void; toStart: () => void };

type Props = {
  project: number;
  run: number;
  source: TranscriptSource;
  snapshot: Snapshot;
  parts: readonly TranscriptPart[];
  groups: ReadonlySet<Group>;
  /** Where a link leads: a session, or a row of it. */
  target: { session: string; row: number | null } | null;
  query: string;
  follow: Follow;
  onFollow: (event: FollowEvent) => void;
  onLatest: () => void;
  onShowAll: () => void;
  /** How much of the run was looked through for these sorts, in per cent; none when all is. */
  onLooked: (percent: number | null) => void;
  ref?: Ref<FeedHandle>;
};

/** Rows on each side of one that a link leads to which are fetched with it. */
const ROUND_GOAL = 15;
/** What a row is believed to be high before it was shown, in px. */
const USUAL_HEIGHT = 56;

/** The rows of a run, as few of them as are in sight. Other sorts need another `key`. */
export function TranscriptFeed(props: Props) {
  const {
    project,
    run,
    source,
    snapshot,
    parts,
    groups,
    target,
    query,
    follow,
    onFollow,
    onLatest,
    onShowAll,
    onLooked,
    ref,
  } = props;
  const { outline, failure } = snapshot;
  const list = useRef<LongListHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const filtered = useFiltered(project, source, groups, outline.total);
  const positions = filtered?.positions ?? null;
  const count = positions ? positions.length : outline.total;
  const shape = useMemo<Shape>(() => ({ groups, opened }), [groups, opened]);

  // Whatever is fetched makes another snapshot, and with it another view of what is hidden.
  const view = useMemo(() => ({ snapshot, positions, shape }), [snapshot, positions, shape]);
  const positionOf = useCallback((row: number) => (view.positions ? (view.positions[row] ?? -1) : row), [view]);
  const isHidden = useCallback(
    (row: number) => {
      const position = positionOf(row);
      const entry = source.rowAt(position);
      return entry !== undefined && arrange(position, entry, source, view.shape) === null;
    },
    [source, view, positionOf],
  );

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
  const copyLink = useCallback(
    (session: string, entry: Entry) => {
      const link = new URLSearchParams({ run: String(run), session, row: String(entry.ordinal) });
      copy(`${window.location.origin}/p/${project}/transcript?${link.toString()}`, text.linkCopied);
    },
    [copy, project, run],
  );

  const rowOf = (position: number) => (positions ? positions.findIndex((one) => one >= position) : position);
  const goal = target && outline.positionOf({ session: target.session, ordinal: target.row ?? 0 });
  const goalKey = target && target.row !== null ? `${target.session}/${target.row}` : null;
  const goalEntry = goal === null ? undefined : source.rowAt(goal);
  useGoal({ goalKey, goal, goalEntry, source, opened, rowOf, list, onFollow, open: toggle });

  const isFirstView = useRef(true);
  useEffect(() => {
    // A link to a session that has ended shows its beginning.
    if (isFirstView.current && !follow.isFollowing && goalKey === null && goal !== null) list.current?.scrollTo(goal);
    isFirstView.current = false;
  }, [follow.isFollowing, goalKey, goal]);

  const looked =
    filtered && filtered.looked < outline.total ? Math.floor((100 * filtered.looked) / outline.total) : null;
  useEffect(() => onLooked(looked), [onLooked, looked]);

  const total = useRef(count);
  useEffect(() => {
    const more = count - total.current;
    total.current = count;
    if (more > 0) onFollow({ type: "grew", rows: more });
  }, [count, onFollow]);

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

  const want = useCallback(
    (first: number, last: number) => {
      const from = positionOf(first);
      // Rows of certain sorts are far apart: each is fetched for itself.
      if (view.positions) source.wantAll(view.positions.slice(first, last + 1));
      else source.want(from, positionOf(last));
    },
    [source, view, positionOf],
  );
  useEffect(() => {
    const frame = requestAnimationFrame(() => highlightWords(box.current, query));
    return () => cancelAnimationFrame(frame);
  });

  const byId = useMemo(() => new Map(parts.map((part) => [part.session, part])), [parts]);
  const render = (row: number) => {
    const position = positionOf(row);
    const spot = outline.locate(position);
    const entry = source.rowAt(position);
    if (!spot || !entry) return <PendingRow />;
    const arranged = arrange(position, entry, source, shape);
    const part = spot.ordinal === 0 && !positions ? byId.get(spot.session) : undefined;
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
                ? source.resultOf(block.id)
                : block.type === "tool_result"
                  ? source.callOf(block.id)
                  : undefined,
            )}
            opened={opened}
            isTarget={goalKey === `${spot.session}/${spot.ordinal}`}
            onToggle={toggle}
            onCopy={copyEntry}
            onCopyLink={copyLink}
          />
        )}
      </>
    );
  };

  const trouble = failure ?? filtered?.failure ?? null;
  return (
    <>
      {trouble && (
        <div role="alert" className="flex items-center gap-3 border-b border-line bg-danger-soft px-4 py-2">
          <span className="font-medium text-danger">{text.entryFailed}</span>
          <span className="min-w-0 truncate">{[trouble.message, trouble.hint].filter(Boolean).join(" ")}</span>
          <Button size="sm" className="ml-auto" onClick={() => source.retry()}>
            {words.retry}
          </Button>
        </div>
      )}
      <div ref={box} className="relative flex min-h-0 flex-1 flex-col">
        {count === 0 && looked === null ? (
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
            estimate={USUAL_HEIGHT}
            keyOf={positionOf}
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

type Goal = {
  goalKey: string | null;
  goal: number | null;
  goalEntry: Entry | undefined;
  source: TranscriptSource;
  opened: ReadonlySet<string>;
  rowOf: (position: number) => number;
  list: { current: LongListHandle | null };
  onFollow: (event: FollowEvent) => void;
  open: (parent: string) => void;
};

/** Goes to the row that a link names, once, and makes it visible if it is folded or stands in its call. */
function useGoal({ goalKey, goal, goalEntry, source, opened, rowOf, list, onFollow, open }: Goal) {
  const reached = useRef<{ key: string; isSeen: boolean } | null>(null);
  useEffect(() => {
    if (goalKey === null || goal === null) return;
    if (reached.current?.key !== goalKey) {
      reached.current = { key: goalKey, isSeen: false };
      onFollow({ type: "went" });
      // Going there first would draw rows that are not there yet.
      void source.bring(goal - ROUND_GOAL, goal + ROUND_GOAL).then(() => {
        if (reached.current?.key === goalKey) list.current?.scrollTo(rowOf(goal), { align: "center", isFocused: true });
      });
    }
    if (!goalEntry || reached.current.isSeen) return;
    reached.current.isSeen = true;
    if (goalEntry.parent_call !== null && !opened.has(goalEntry.parent_call)) open(goalEntry.parent_call);
    const [first] = goalEntry.body;
    const call = first?.type === "tool_result" ? source.callPosition(first.id) : null;
    if (call !== null) list.current?.scrollTo(rowOf(call), { align: "center", isFocused: true });
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
