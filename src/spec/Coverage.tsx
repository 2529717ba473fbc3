import { Link } from "@tanstack/react-router";
import { ListChecks } from "lucide-react";
import { useState } from "react";
import type { CoveringFeature, SpecCoverage } from "@/api/bindings.ts";
import { useApiQuery } from "@/api/context.tsx";
import { Badge, type Tone } from "@/ui/Badge.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { REACHES, type Reach, bySpec, reachOf } from "./coverage.ts";
import { text } from "./messages.ts";
import { titleOf } from "./parts.ts";

const TONES: Readonly<Record<Reach, Tone>> = {
  uncovered: "warning",
  planned: "neutral",
  done: "accent",
  proven: "success",
};

/** Each part of a specification with the features that build it and their proof. */
export function Coverage({ project, spec }: { project: number; spec: string }) {
  const coverage = useApiQuery("spec_coverage", { project });
  const [reach, setReach] = useState<Reach | null>(null);
  if (coverage.isPending) return <SkeletonRows label={text.coverage.loading} />;
  if (coverage.error && !coverage.data) {
    const { message, hint, incident } = coverage.error;
    return (
      <ErrorState
        title={text.coverage.failed}
        message={message}
        hint={hint}
        incident={incident}
        onRetry={() => void coverage.refetch()}
      />
    );
  }
  const covered = bySpec(coverage.data ?? []).find((one) => one.spec === spec);
  if (!covered) {
    return (
      <EmptyState
        icon={<ListChecks aria-hidden />}
        title={text.coverage.emptyTitle}
        description={text.coverage.emptyText}
      />
    );
  }
  const shown = covered.parts.filter((part) => reach === null || reachOf(part) === reach);
  return (
    <div className="flex flex-col gap-4 p-4">
      <div role="group" aria-label={text.coverage.filter} className="flex flex-wrap items-center gap-2">
        {REACHES.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={reach === one}
            title={text.coverage.reachMeaning[one]}
            onClick={() => setReach(reach === one ? null : one)}
            className="flex items-center gap-2 rounded-md border border-line-strong px-2.5 py-1.5 hover:bg-hover aria-pressed:border-accent aria-pressed:bg-accent-soft"
          >
            <Badge tone={TONES[one]}>{text.coverage.reach[one]}</Badge>
            <span className="tabular text-xs text-muted">
              {text.coverage.tally(covered.tally[one], covered.parts.length)}
            </span>
          </button>
        ))}
        <span className="ml-auto text-xs text-faint">{text.coverage.guess}</span>
      </div>
      {shown.length === 0 && <p className="text-muted">{text.coverage.none}</p>}
      <ul className="divide-y divide-line rounded-lg border border-line">
        {shown.map((part) => (
          <Part key={`${part.section} ${part.text}`} project={project} part={part} />
        ))}
      </ul>
    </div>
  );
}

function Part({ project, part }: { project: number; part: SpecCoverage }) {
  const reach = reachOf(part);
  return (
    <li className="grid items-start gap-4 px-4 py-3 max-md:gap-2 md:grid-cols-[6rem_minmax(0,1fr)_minmax(0,1fr)]">
      <span>
        <Badge tone={TONES[reach]}>{text.coverage.reach[reach]}</Badge>
      </span>
      <div className="min-w-0">
        <p className="text-2xs text-faint">{titleOf(part.section)}</p>
        <p className="line-clamp-4 whitespace-pre-wrap">{part.text}</p>
      </div>
      {part.features.length === 0 ? (
        <p className="text-xs text-faint">{text.coverage.noFeature}</p>
      ) : (
        <ul className="flex flex-col gap-1">
          {part.features.map((feature) => (
            <Feature key={feature.id} project={project} feature={feature} />
          ))}
        </ul>
      )}
    </li>
  );
}

function Feature({ project, feature }: { project: number; feature: CoveringFeature }) {
  return (
    <li className="flex min-w-0 items-center gap-2 text-xs">
      <Link
        to="/p/$project/feature/$feature"
        params={{ project, feature: feature.id }}
        className="min-w-0 truncate text-accent underline-offset-2 hover:underline"
      >
        #{feature.id} {feature.name}
      </Link>
      <span className="shrink-0 text-faint">{text.coverage.status[feature.status]}</span>
      {feature.is_proven && <Badge tone="success">{text.coverage.proven}</Badge>}
    </li>
  );
}
