import type { ProjectSummary } from "@/api/bindings.ts";

/** How a project stands, the most urgent thing first that is true of it. */
export type Standing =
  | "missing"
  | "unreadable"
  | "needs_you"
  | "working"
  | "working_elsewhere"
  | "done"
  | "blocked"
  | "no_spec"
  | "not_started"
  | "paused";

/** What its colour says: `alert` wants a person, `bad` is broken, `live` moves by itself, `good` is finished. */
export type Tone = "alert" | "bad" | "live" | "good" | "quiet";

/** How the projects may be ordered. */
export const SORTS = ["attention", "recent", "name", "progress"] as const;
export type Sort = (typeof SORTS)[number];

/** How the project stands. */
export function standingOf(project: ProjectSummary): Standing {
  const { counts, run } = project;
  if (project.is_missing) return "missing";
  if (project.problem !== null) return "unreadable";
  if (project.open_requests > 0 || counts.needs_you > 0) return "needs_you";
  if (run) return run.is_here ? "working" : "working_elsewhere";
  if (counts.total > 0 && counts.done === counts.total) return "done";
  // What is left is parked: nothing goes on by itself, whatever else is done.
  if (counts.blocked > 0 && counts.done + counts.blocked === counts.total) return "blocked";
  if (counts.total === 0) return project.has_spec ? "not_started" : "no_spec";
  return "paused";
}

/** The colour of a standing. */
export function toneOf(standing: Standing): Tone {
  switch (standing) {
    case "missing":
    case "unreadable":
      return "bad";
    case "needs_you":
    case "blocked":
      return "alert";
    case "working":
    case "working_elsewhere":
      return "live";
    case "done":
      return "good";
    case "no_spec":
    case "not_started":
    case "paused":
      return "quiet";
  }
}

/** How much is done, from 0 to 100; 100 only when everything is. */
export function percentDone({ done, total }: ProjectSummary["counts"]): number {
  if (total === 0) return 0;
  return done >= total ? 100 : Math.min(99, Math.floor((done / total) * 100));
}

const URGENCY: Readonly<Record<Tone, number>> = { alert: 0, bad: 1, live: 2, quiet: 3, good: 4 };

/** The projects whose name or path holds every word of `words`, in that order. Those that are equal stay by recency and name. */
export function shown(projects: readonly ProjectSummary[], words: string, sort: Sort): ProjectSummary[] {
  const wanted = folded(words).split(/\s+/).filter(Boolean);
  const found = projects.filter((project) => {
    const text = folded(`${project.name} ${project.path}`);
    return wanted.every((word) => text.includes(word));
  });
  const byName = (a: ProjectSummary, b: ProjectSummary) => NAMES.compare(a.name, b.name) || a.id - b.id;
  const byTime = (a: ProjectSummary, b: ProjectSummary) => lastSeenMs(b) - lastSeenMs(a) || byName(a, b);
  const order: Record<Sort, (a: ProjectSummary, b: ProjectSummary) => number> = {
    attention: (a, b) => urgency(a) - urgency(b) || byTime(a, b),
    recent: byTime,
    name: byName,
    progress: (a, b) => percentDone(b.counts) - percentDone(a.counts) || byTime(a, b),
  };
  return found.sort(order[sort]);
}

const NAMES = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

function urgency(project: ProjectSummary): number {
  return URGENCY[toneOf(standingOf(project))];
}

/** When something last happened that the list knows of. */
export function lastSeenMs(project: ProjectSummary): number {
  return Math.max(project.opened_at_ms, project.run?.started_at_ms ?? 0);
}

function folded(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
