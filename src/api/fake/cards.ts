import type { FeatureCard, Kind, Progress, Status } from "../bindings.ts";
import { pick, seeded } from "./random.ts";

const CATEGORIES: readonly [{ name: string; layer: number }, ...{ name: string; layer: number }[]] = [
  { name: "setup", layer: 0 },
  { name: "database", layer: 1 },
  { name: "middleware", layer: 2 },
  { name: "authentication", layer: 3 },
  { name: "api", layer: 4 },
  { name: "navigation", layer: 5 },
  { name: "forms", layer: 6 },
  { name: "workflow", layer: 7 },
  { name: "quality", layer: 8 },
];

const VERBS = [
  "Show",
  "Store",
  "Validate",
  "Export",
  "Search",
  "Sort",
  "Archive",
  "Share",
  "Import",
  "Merge",
  "Restore",
  "Rename",
] as const;
const THINGS = [
  "invoices",
  "customers",
  "due dates",
  "labels",
  "attachments",
  "comments",
  "reminders",
  "reports",
  "time entries",
  "payments",
] as const;
const ENDINGS = [
  "by customer",
  "with keyboard only",
  "after sign-in",
  "when offline",
  "as CSV",
  "per month",
  "across projects",
  "with an undo",
  "in pages of fifty",
  "and keep the order",
] as const;

const DONE_SHARE = 0.55;

export const PROGRESS_OF: Readonly<Record<Status, Progress>> = {
  pending: "pending",
  failing: "pending",
  open: "pending",
  in_progress: "in_progress",
  analyzing: "in_progress",
  fixing: "in_progress",
  passing: "passing",
  resolved: "passing",
  needs_input: "needs_input",
  blocked: "blocked",
};

/** A title that reads like one of a real plan. The same number has the same title. */
function titleOf(id: number): string {
  const verb = VERBS[id % VERBS.length] ?? "Show";
  const thing = THINGS[Math.floor(id / VERBS.length) % THINGS.length] ?? "invoices";
  const ending = ENDINGS[Math.floor(id / (VERBS.length * THINGS.length)) % ENDINGS.length] ?? "";
  const again = Math.floor(id / (VERBS.length * THINGS.length * ENDINGS.length));
  return `${verb} ${thing} ${ending}${again > 0 ? `, part ${again + 1}` : ""}`;
}

export function makeSteps(id: number, seed: number): string[] {
  const random = seeded(seed * 7919 + id);
  const steps = [
    "Open the list and see the first page within a second",
    "Change one entry and reload: the change is still there",
    "Try it with an empty list and read what the page says",
    "Send a value that is too long and read why it is refused",
    "Do the same with the keyboard only",
  ];
  return steps.slice(0, 2 + Math.floor(random() * 4));
}

/** `count` cards as a project in the middle of its work has them: most done, a few of every other sort. */
export function makeCards(count: number, seed: number, now_ms: number): FeatureCard[] {
  const random = seeded(seed);
  const cards: FeatureCard[] = [];
  const done = Math.floor(count * DONE_SHARE);
  for (let id = 1; id <= count; id += 1) {
    const category = CATEGORIES[Math.min(8, Math.floor(((id - 1) / Math.max(1, count)) * 9))] ?? CATEGORIES[0];
    const isBug = id > done && id % 17 === 0;
    const kind: Kind = isBug ? "bug" : "feature";
    const status = statusOf(kind, id, done, random);
    const earlier =
      id > 3 && random() < 0.45 ? [...new Set([1, 2].map(() => 1 + Math.floor(random() * (id - 1))))] : [];
    cards.push(
      cardOf({
        id,
        kind,
        status,
        category: category.name,
        layer: category.layer,
        dependencies: earlier.sort((a, b) => a - b),
        now_ms,
        random,
      }),
    );
  }
  addFixes(cards, now_ms, random);
  block(cards);
  return cards;
}

function statusOf(kind: Kind, id: number, done: number, random: () => number): Status {
  if (kind === "bug") return pick(random, ["open", "open", "fixing", "resolved"]);
  if (id <= done) return random() < 0.985 ? "passing" : "failing";
  if (id === done + 1) return "in_progress";
  const chance = random();
  if (chance < 0.03) return "needs_input";
  if (chance < 0.07) return "blocked";
  return "pending";
}

type CardPlan = Pick<FeatureCard, "id" | "kind" | "status" | "category" | "layer" | "dependencies"> & {
  now_ms: number;
  random: () => number;
  parent?: number;
  name?: string;
};

export function cardOf({
  id,
  kind,
  status,
  category,
  layer,
  dependencies,
  now_ms,
  random,
  parent,
  name,
}: CardPlan): FeatureCard {
  const progress = PROGRESS_OF[status];
  const hasEvidence = progress === "passing" || status === "failing" || status === "blocked";
  return {
    id,
    kind,
    status,
    progress,
    name: name ?? (kind === "bug" ? `${titleOf(id)}: the last entry is missing` : titleOf(id)),
    category,
    layer,
    priority: id,
    is_pinned: false,
    source_spec: id % 3 === 0 ? "backend" : "main",
    parent: parent ?? null,
    dependencies,
    blocked_by: [],
    attempts: status === "blocked" ? 3 : hasEvidence && random() < 0.2 ? 1 : 0,
    note: noteOf(status),
    evidence: hasEvidence
      ? { is_passing: progress === "passing", warnings: random() < 0.04 ? 1 : 0, at_ms: now_ms - id * 61_000 }
      : null,
    cost_usd: progress === "pending" && status !== "failing" ? 0 : Math.round((0.08 + random() * 0.9) * 100) / 100,
    session: progress === "in_progress" && kind !== "bug" ? "5b1c7f0e-0000-4000-8000-000000000001" : null,
    open_request: status === "needs_input" ? id : null,
    updated_at_ms: now_ms - id * 61_000,
  };
}

function noteOf(status: Status): string | null {
  if (status === "blocked")
    return "Three attempts failed at the same check: npm test says 2 of 41 tests fail in export.test.ts.";
  if (status === "needs_input") return "Should archived entries count towards the monthly total?";
  if (status === "failing") return "It passed before; npm test fails since the last change.";
  return null;
}

function addFixes(cards: FeatureCard[], now_ms: number, random: () => number): void {
  let id = cards.length;
  for (const bug of cards.filter(
    (card) => card.kind === "bug" && (card.status === "fixing" || card.status === "resolved"),
  )) {
    id += 1;
    const status: Status = bug.status === "resolved" ? "passing" : "pending";
    const { category, layer } = bug;
    cards.push(
      cardOf({
        id,
        kind: "fix",
        status,
        category,
        layer,
        dependencies: [],
        now_ms,
        random,
        parent: bug.id,
        name: `Keep the last entry when the list is cut (#${bug.id})`,
      }),
    );
  }
}

/** Writes down for each card which of those it needs do not pass yet. */
export function block(cards: Iterable<FeatureCard>): void {
  const known = new Map([...cards].map((card) => [card.id, card]));
  for (const card of known.values()) {
    card.blocked_by = card.dependencies.filter((id) => known.get(id)?.progress !== "passing");
  }
}
