import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { type Failure, failureTitle } from "@/api/failure.ts";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";

type Props<One> = {
  query: UseQueryResult<readonly One[], Failure>;
  texts: { title: string; loading: string; failed: string; none: string; noneHint: string };
  icon: ReactNode;
  children: (one: One) => ReactNode;
};

/** A list as the host has it: while it comes, where it fails, where it is empty. */
export function Listed<One extends { id: number }>({ query, texts, icon, children }: Props<One>) {
  const { data, error } = query;
  if (!data && error) {
    return (
      <ErrorState
        title={texts.failed}
        message={`${failureTitle(error)}. ${error.message}`}
        hint={error.hint}
        incident={error.incident}
        onRetry={() => void query.refetch()}
      />
    );
  }
  if (!data) return <SkeletonRows label={texts.loading} count={3} />;
  if (data.length === 0) return <EmptyState icon={icon} title={texts.none} description={texts.noneHint} />;
  return (
    <ul aria-label={texts.title} className="divide-y divide-line">
      {data.map((one) => (
        <li key={one.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
          {children(one)}
        </li>
      ))}
    </ul>
  );
}

/** What something is called, and facts about it below. */
export function Named({ name, badges, facts }: { name: string; badges?: ReactNode; facts: readonly string[] }) {
  return (
    <div className="min-w-48 flex-1">
      <p className="flex flex-wrap items-center gap-2 font-medium">
        <span className="break-all">{name}</span>
        {badges}
      </p>
      <p className="mt-0.5 text-xs text-muted">{facts.join(" · ")}</p>
    </div>
  );
}
