import type { FeatureEdge, FeatureGraph, FeatureId, FeatureNode } from "@/api/bindings.ts";

export const NODE = { width: 188, height: 38, across: 84, down: 12 } as const;

export type PlacedNode = FeatureNode & { column: number; row: number; x: number; y: number };

export type Layout = {
  nodes: readonly PlacedNode[];
  byId: ReadonlyMap<FeatureId, PlacedNode>;
  edges: readonly FeatureEdge[];
  /** What each card waits for, and what waits for each card. */
  needs: ReadonlyMap<FeatureId, readonly FeatureId[]>;
  dependents: ReadonlyMap<FeatureId, readonly FeatureId[]>;
  width: number;
  height: number;
};

export type Shown = { onlyLinked: boolean; hideDone: boolean };

/** The part of the graph that is asked for; a link stays only when both its ends do. */
export function partOf({ nodes, edges }: Pick<FeatureGraph, "nodes" | "edges">, { onlyLinked, hideDone }: Shown) {
  const kept = new Set(nodes.filter((node) => !hideDone || node.progress !== "passing").map(({ id }) => id));
  const links = edges.filter(({ feature, needs }) => kept.has(feature) && kept.has(needs));
  const linked = new Set(links.flatMap(({ feature, needs }) => [feature, needs]));
  return { nodes: nodes.filter(({ id }) => (onlyLinked ? linked.has(id) : kept.has(id))), edges: links };
}

/** How often the rows of all columns are put in a better order. More changes little. */
const SWEEPS = 4;

/**
 * Columns from left to right: each card stands right of everything it waits for. Within a column the order keeps links
 * short. Takes time in proportion to cards and links.
 */
export function layoutOf({ nodes, edges }: Pick<FeatureGraph, "nodes" | "edges">): Layout {
  const needs = new Map<FeatureId, FeatureId[]>(nodes.map(({ id }) => [id, []]));
  const dependents = new Map<FeatureId, FeatureId[]>(nodes.map(({ id }) => [id, []]));
  for (const edge of edges) {
    needs.get(edge.feature)?.push(edge.needs);
    dependents.get(edge.needs)?.push(edge.feature);
  }
  const columns = columnsOf(nodes, needs, dependents);
  const rows = rowsOf(columns, needs, dependents);
  let tallest = 0;
  for (const column of columns) tallest = Math.max(tallest, column.length);
  const placed = nodes.map((node): PlacedNode => {
    const { column, row } = rows.get(node.id) ?? { column: 0, row: 0 };
    // Columns stand centred, so that links stay level where they can.
    const above = (tallest - (columns[column]?.length ?? 0)) / 2;
    return {
      ...node,
      column,
      row,
      x: column * (NODE.width + NODE.across),
      y: (above + row) * (NODE.height + NODE.down),
    };
  });
  return {
    nodes: placed,
    byId: new Map(placed.map((node) => [node.id, node])),
    edges,
    needs,
    dependents,
    width: Math.max(0, columns.length * (NODE.width + NODE.across) - NODE.across),
    height: Math.max(0, tallest * (NODE.height + NODE.down) - NODE.down),
  };
}

type Links = ReadonlyMap<FeatureId, readonly FeatureId[]>;

function columnsOf(nodes: readonly FeatureNode[], needs: Links, dependents: Links): FeatureId[][] {
  const open = new Map(nodes.map(({ id }) => [id, needs.get(id)?.length ?? 0]));
  const columns: FeatureId[][] = [];
  let ready = nodes.filter(({ id }) => open.get(id) === 0).map(({ id }) => id);
  let left = nodes.length;
  while (left > 0) {
    // The host refuses circles. Should there be one all the same, its cards stand in a last column rather than nowhere.
    if (ready.length === 0) ready = [...open.keys()];
    columns.push(ready);
    left -= ready.length;
    for (const id of ready) open.delete(id);
    const next: FeatureId[] = [];
    for (const id of ready) {
      for (const dependent of dependents.get(id) ?? []) {
        const count = open.get(dependent);
        if (count === undefined) continue;
        open.set(dependent, count - 1);
        if (count === 1) next.push(dependent);
      }
    }
    ready = next;
  }
  return columns;
}

function rowsOf(columns: FeatureId[][], needs: Links, dependents: Links) {
  const places = new Map<FeatureId, { column: number; row: number }>();
  for (const [column, ids] of columns.entries()) for (const [row, id] of ids.entries()) places.set(id, { column, row });
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const isForward = sweep % 2 === 0;
    const links = isForward ? needs : dependents;
    for (const ids of isForward ? columns : columns.toReversed()) {
      const wished = new Map(ids.map((id) => [id, middleOf(links.get(id) ?? [], places) ?? places.get(id)?.row ?? 0]));
      ids.sort((a, b) => (wished.get(a) ?? 0) - (wished.get(b) ?? 0) || a - b);
      for (const [row, id] of ids.entries()) {
        const place = places.get(id);
        if (place) place.row = row;
      }
    }
  }
  return places;
}

function middleOf(ids: readonly FeatureId[], places: ReadonlyMap<FeatureId, { row: number }>): number | null {
  if (ids.length === 0) return null;
  let sum = 0;
  for (const id of ids) sum += places.get(id)?.row ?? 0;
  return sum / ids.length;
}

/** Where an arrow key leads: along the links to the left and right, to the neighbours in the column up and down. */
export function graphStep(layout: Layout, from: FeatureId | null, key: string): FeatureId | null {
  const here = from === null ? undefined : layout.byId.get(from);
  if (!here) return layout.nodes[0]?.id ?? null;
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const links = (key === "ArrowLeft" ? layout.needs : layout.dependents).get(here.id) ?? [];
    return nearest(layout, here, links);
  }
  const row = here.row + (key === "ArrowUp" ? -1 : 1);
  return layout.nodes.find((node) => node.column === here.column && node.row === row)?.id ?? null;
}

function nearest(layout: Layout, here: PlacedNode, ids: readonly FeatureId[]): FeatureId | null {
  let best: PlacedNode | undefined;
  for (const id of ids) {
    const node = layout.byId.get(id);
    if (node && (!best || Math.abs(node.y - here.y) < Math.abs(best.y - here.y))) best = node;
  }
  return best?.id ?? null;
}

/** The card at a point of the layout; none between cards. */
export function nodeAt(layout: Layout, x: number, y: number): PlacedNode | null {
  const isUnder = (node: PlacedNode) =>
    x >= node.x && x <= node.x + NODE.width && y >= node.y && y <= node.y + NODE.height;
  return layout.nodes.find(isUnder) ?? null;
}
