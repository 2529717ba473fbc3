import fc from "fast-check";
import { expect, test } from "vitest";
import type { FeatureEdge, FeatureNode } from "@/api/bindings.ts";
import { NODE, graphStep, layoutOf, nodeAt, partOf } from "./graph-layout.ts";

const node = (id: number, change: Partial<FeatureNode> = {}): FeatureNode => ({
  id,
  name: `Card ${id}`,
  kind: "feature",
  status: "pending",
  progress: "pending",
  layer: 0,
  depth: 0,
  unblocks: 0,
  ...change,
});

const needs = (feature: number, ...on: number[]): FeatureEdge[] =>
  on.map((one) => ({ feature, needs: one, is_fix: false }));

/** Any graph without circles: a card only ever needs cards with smaller numbers. */
const anyGraph = fc.integer({ min: 1, max: 40 }).chain((count) =>
  fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 80 }).map((pairs) => ({
    nodes: Array.from({ length: count }, (_, at) => node(at)),
    edges: pairs
      .filter(([a, b]) => a !== b)
      .map(([a, b]) => ({ feature: Math.max(a, b), needs: Math.min(a, b), is_fix: false })),
  })),
);

test("a card stands right of everything it waits for, and no two stand in the same place", () => {
  fc.assert(
    fc.property(anyGraph, (graph) => {
      const { nodes, edges, byId } = layoutOf(graph);
      expect(nodes.length).toBe(graph.nodes.length);
      for (const edge of edges) {
        expect(byId.get(edge.needs)?.column ?? 0, "links lead from left to right").toBeLessThan(
          byId.get(edge.feature)?.column ?? 0,
        );
      }
      expect(new Set(nodes.map(({ x, y }) => `${x} ${y}`)).size, "no card hides another").toBe(nodes.length);
    }),
  );
});

test("a thousand cards are laid out in a moment", () => {
  const nodes = Array.from({ length: 1000 }, (_, id) => node(id));
  const edges = nodes.flatMap(({ id }) => (id > 2 ? needs(id, id - 1 - (id % 2), (id * 7) % id) : []));
  const begin = performance.now();
  layoutOf({ nodes, edges });
  expect(performance.now() - begin, "in milliseconds; it runs while a person waits").toBeLessThan(250);
});

test("should there be a circle all the same, its cards are shown rather than lost", () => {
  const layout = layoutOf({
    nodes: [node(1), node(2), node(3)],
    edges: [...needs(1, 2), ...needs(2, 1), ...needs(3, 2)],
  });
  expect(layout.nodes.map(({ id }) => id)).toEqual([1, 2, 3]);
});

test("hiding what is done hides its links too, and then cards without any link", () => {
  const nodes = [node(1, { progress: "passing" }), node(2), node(3), node(4)];
  const edges = [...needs(2, 1), ...needs(3, 2)];
  const part = partOf({ nodes, edges }, { onlyLinked: true, hideDone: true });
  expect(part.nodes.map(({ id }) => id)).toEqual([2, 3]);
  expect(part.edges).toEqual(needs(3, 2));
});

test("arrow keys follow the links left and right, and the column up and down", () => {
  const layout = layoutOf({ nodes: [node(1), node(2), node(3)], edges: [...needs(3, 1), ...needs(3, 2)] });
  expect(graphStep(layout, 3, "ArrowLeft"), "to what it waits for").toBe(1);
  expect(graphStep(layout, 1, "ArrowRight"), "to what waits for it").toBe(3);
  expect(graphStep(layout, 1, "ArrowDown")).toBe(2);
  expect(graphStep(layout, 1, "ArrowUp"), "nothing is above the first").toBeNull();
  expect(graphStep(layout, null, "ArrowDown"), "the first press finds a way in").toBe(1);
});

test("a press on a card finds it, and a press between cards finds none", () => {
  const layout = layoutOf({ nodes: [node(1), node(2)], edges: needs(2, 1) });
  const second = layout.byId.get(2);
  expect(nodeAt(layout, (second?.x ?? 0) + 5, (second?.y ?? 0) + 5)?.id).toBe(2);
  expect(nodeAt(layout, NODE.width + 10, 5)).toBeNull();
});
