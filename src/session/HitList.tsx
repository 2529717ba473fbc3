import { Link } from "@tanstack/react-router";
import { SearchX } from "lucide-react";
import type { TranscriptHitView, TranscriptPart } from "@/api/bindings.ts";
import type { Failure } from "@/api/failure.ts";
import { cx } from "@/ui/cx.ts";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { LongList } from "@/ui/long-list/LongList.tsx";
import { text, transcriptText } from "./messages.ts";

/** Hits that are asked for at once; more than a person looks through. */
export const MOST_HITS = 200;

type Props = {
  project: number;
  run: number;
  query: string;
  hits: readonly TranscriptHitView[] | undefined;
  failure: Failure | null;
  onRetry: () => void;
  parts: readonly TranscriptPart[];
  current: number;
};

/** What a search found, newest first, each a way to its row. */
export function HitList({ project, run, query, hits, failure, onRetry, parts, current }: Props) {
  if (failure) {
    return (
      <ErrorState
        title={transcriptText.searchFailed}
        message={failure.message}
        hint={failure.hint}
        incident={failure.incident}
        onRetry={onRetry}
      />
    );
  }
  if (!hits) return <SkeletonRows label={transcriptText.searching} />;
  if (hits.length === 0) return <EmptyState icon={<SearchX aria-hidden />} title={transcriptText.noHits} />;
  const numbers = new Map(parts.map((part) => [part.session, part.number]));
  return (
    <>
      <p role="status" className="px-4 pt-3 text-xs text-muted">
        {transcriptText.hits(hits.length, hits.length < MOST_HITS)}
      </p>
      <LongList
        label={transcriptText.hits(hits.length, hits.length < MOST_HITS)}
        count={hits.length}
        estimate={76}
        keyOf={(row) => `${hits[row]?.session}/${hits[row]?.ordinal}`}
        reveal={current}
        className="[&_[data-row]]:px-2 [&_[data-row='0']]:pt-2"
        render={(row) => {
          const hit = hits[row];
          if (!hit) return null;
          const number = numbers.get(hit.session);
          return (
            <Link
              to="/p/$project/transcript"
              params={{ project }}
              search={{ run, session: hit.session, row: hit.ordinal, q: query }}
              aria-current={row === current ? "true" : undefined}
              className={cx("block rounded-md px-2.5 py-1.5 hover:bg-hover", row === current && "bg-hover")}
            >
              <span className="block text-2xs text-muted tabular">
                {number !== undefined && `${text.sessionNumber(number)} · `}
                {hit.ordinal.toLocaleString("en")}
              </span>
              <span className="line-clamp-3 text-xs wrap-anywhere">
                <Excerpt text={hit.excerpt} />
              </span>
            </Link>
          );
        }}
      />
    </>
  );
}

/** The words that were found stand between these two marks, which no text may hold unescaped. */
const FOUND = /\u2068([^\u2069]*)\u2069/;

function Excerpt({ text: excerpt }: { text: string }) {
  return excerpt.split(FOUND).map((part, at) =>
    at % 2 === 1 ? (
      // oxlint-disable-next-line react/no-array-index-key -- parts of a text that never changes
      <mark key={at} className="rounded-sm bg-warning-soft text-warning">
        {part}
      </mark>
    ) : (
      part
    ),
  );
}
