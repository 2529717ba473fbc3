import type { Kind, NewFeature } from "@/api/bindings.ts";

/** A card that several words became, before it is one. */
export type Row = { key: number; feature: NewFeature };

/** What a line of words may become. */
export const ROW_KINDS = ["feature", "bug"] as const satisfies readonly Kind[];
export type RowKind = (typeof ROW_KINDS)[number];

let lastKey = 0;

export function rowOf(feature: NewFeature): Row {
  lastKey += 1;
  return { key: lastKey, feature };
}

/** A row that nothing stands in yet, of the sort of its neighbour. */
export function emptyRow({ kind, category, source_spec }: NewFeature): Row {
  return rowOf({
    kind,
    category,
    name: "",
    description: "",
    steps: [],
    priority: null,
    layer: null,
    source_spec,
    parent: null,
    dependencies: [],
    model: null,
    checks: [],
  });
}

export function changed(rows: readonly Row[], key: number, part: Partial<NewFeature>): Row[] {
  return rows.map((row) => (row.key === key ? { key, feature: { ...row.feature, ...part } } : row));
}

export function without(rows: readonly Row[], key: number): Row[] {
  return rows.filter((row) => row.key !== key);
}

/** The row one place up (-1) or down (1); at an end it stays. */
export function moved(rows: readonly Row[], key: number, by: -1 | 1): Row[] {
  const from = rows.findIndex((row) => row.key === key);
  const to = from + by;
  const next = [...rows];
  const [row] = from < 0 || to < 0 || to >= rows.length ? [] : next.splice(from, 1);
  if (row) next.splice(to, 0, row);
  return next;
}

export function added(rows: readonly Row[], after: number, row: Row): Row[] {
  return [...rows.slice(0, after + 1), row, ...rows.slice(after + 1)];
}

/** The first row that cannot be a card yet; none when all can. */
export function nameless(rows: readonly Row[]): Row | undefined {
  return rows.find(({ feature }) => feature.name.trim() === "");
}

/** What is sent: the cards in their order. A card whose words were rewritten is not described by the former ones. */
export function featuresOf(rows: readonly Row[]): NewFeature[] {
  return rows.map(({ feature }) => {
    const name = feature.name.trim();
    return {
      ...feature,
      name,
      category: feature.category.trim() || "functional",
      description: feature.description.trim() || name,
    };
  });
}
