import type { SpecCoverage } from "@/api/bindings.ts";

/** How far one part of a specification is: nobody builds it, somebody will, it passes, or it passes with proof. */
export type Reach = "uncovered" | "planned" | "done" | "proven";

/** Every reach, the emptiest first. */
export const REACHES: readonly Reach[] = ["uncovered", "planned", "done", "proven"];

/** How many parts are how far. */
export type Tally = Readonly<Record<Reach, number>>;

/** The parts of one specification in their order, and how far they are. */
export type CoveredSpec = {
  readonly spec: string;
  readonly parts: readonly SpecCoverage[];
  readonly tally: Tally;
};

/** How far a part is. It is proven only when every card that builds it is done with proof. */
export function reachOf(part: SpecCoverage): Reach {
  if (!part.is_covered) return "uncovered";
  if (!part.is_done) return "planned";
  return part.features.every((feature) => feature.is_proven === true) ? "proven" : "done";
}

/** The parts by specification, in the order they came. */
export function bySpec(coverage: readonly SpecCoverage[]): CoveredSpec[] {
  const specs = new Map<string, SpecCoverage[]>();
  for (const part of coverage) {
    const parts = specs.get(part.spec);
    if (parts) parts.push(part);
    else specs.set(part.spec, [part]);
  }
  return [...specs].map(([spec, parts]) => ({ spec, parts, tally: tallyOf(parts) }));
}

/** How many of the parts are how far. */
function tallyOf(parts: readonly SpecCoverage[]): Tally {
  const tally: Record<Reach, number> = { uncovered: 0, planned: 0, done: 0, proven: 0 };
  for (const part of parts) tally[reachOf(part)] += 1;
  return tally;
}
