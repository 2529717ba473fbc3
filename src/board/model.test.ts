import fc from "fast-check";
import { expect, test } from "vitest";
import { choicesOf, columnsOf, filterCards } from "./model.ts";
import { anyCards, card } from "./testing.ts";

test("every card stands in exactly one column, and in the one of its progress", () => {
  fc.assert(
    fc.property(anyCards, (cards) => {
      const columns = columnsOf(cards);
      const placed = columns.flatMap(({ rows }) => rows.map((row) => row.card.id));
      expect(
        placed.toSorted((a, b) => a - b),
        "nothing is lost and nothing shows twice",
      ).toEqual(cards.map(({ id }) => id));
      for (const { progress, rows } of columns) {
        expect(
          rows.every((row) => row.card.progress === progress),
          `all of ${progress} are ${progress}`,
        ).toBe(true);
      }
    }),
  );
});

test("a fix stands right under its bug when both are in the same column", () => {
  const bug = card({ id: 1, kind: "bug", status: "open" });
  const other = card({ id: 2 });
  const fix = card({ id: 3, kind: "fix", parent: 1 });
  const lone = card({ id: 4, kind: "fix", parent: 99 });
  const pending = columnsOf([bug, other, fix, lone])[0];
  expect(pending?.rows.map((row) => [row.card.id, row.isUnder])).toEqual([
    [1, false],
    [3, true],
    [2, false],
    [4, false],
  ]);
});

test("what is waiting keeps the order of the queue, and what is done stands newest first", () => {
  const cards = [
    card({ id: 9 }),
    card({ id: 2 }),
    card({ id: 5, status: "passing" }),
    card({ id: 7, status: "passing" }),
  ];
  const [pending, , , , done] = columnsOf(cards);
  expect(
    pending?.rows.map((row) => row.card.id),
    "the host's order is the queue",
  ).toEqual([9, 2]);
  expect(
    done?.rows.map((row) => row.card.id),
    "the last success is what a person looks for",
  ).toEqual([7, 5]);
});

test("what somebody works on stands before what only has fixes under way", () => {
  const cards = [card({ id: 1, kind: "bug", status: "fixing" }), card({ id: 2, status: "in_progress", session: "s" })];
  expect(columnsOf(cards)[1]?.rows.map((row) => row.card.id)).toEqual([2, 1]);
});

test("a filter only ever takes cards away, and keeps their order", () => {
  fc.assert(
    fc.property(
      anyCards,
      fc.constantFrom("", "card 1", "api", "#3"),
      fc.constantFrom(undefined, "forms"),
      (cards, q, category) => {
        const kept = filterCards(cards, { ...(q ? { q } : {}), ...(category ? { category } : {}) });
        const ids = cards.map(({ id }) => id);
        const places = kept.map(({ id }) => ids.indexOf(id));
        expect(places.every((place, at) => place >= 0 && (at === 0 || place > (places[at - 1] ?? -1)))).toBe(true);
      },
    ),
  );
});

test("every word of the text must be found, in the title, the category or the diagnosis", () => {
  const cards = [
    card({ id: 1, name: "Export invoices as CSV" }),
    card({ id: 2, name: "Export customers", note: "CSV check fails" }),
    card({ id: 3, name: "CSV" }),
  ];
  expect(filterCards(cards, { q: "csv EXPORT" }).map(({ id }) => id)).toEqual([1, 2]);
});

test("a number with its sign finds that card alone", () => {
  const cards = [card({ id: 1 }), card({ id: 12 }), card({ id: 120, name: "like #12" })];
  expect(
    filterCards(cards, { q: "#12" }).map(({ id }) => id),
    "#12 is a card, not a text",
  ).toEqual([12]);
});

test("the filter offers each category and specification once", () => {
  const cards = [
    card({ id: 1, category: "ui" }),
    card({ id: 2, category: "api" }),
    card({ id: 3, category: "ui", source_spec: "mobile" }),
  ];
  expect(choicesOf(cards)).toEqual({ categories: ["api", "ui"], specs: ["main", "mobile"] });
});
