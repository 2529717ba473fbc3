import fc from "fast-check";
import { expect, test } from "vitest";
import { laneOf } from "@/api/queue.ts";
import { neighboursOf, verdictOf } from "./moves.ts";
import { COLUMNS } from "./search.ts";
import { anyCards, card } from "./testing.ts";

test("nobody but the host moves a card to where it is proven, worked on, asked about or stuck", () => {
  fc.assert(
    fc.property(anyCards, (cards) => {
      for (const one of cards) {
        for (const column of COLUMNS.filter((name) => name !== "pending" && name !== one.progress)) {
          expect(verdictOf(one, { column }).kind, `#${one.id} to ${column}`).toBe("refused");
        }
      }
    }),
  );
});

test("a card that a session holds stays where it is", () => {
  const held = card({ id: 1, status: "in_progress", session: "s" });
  expect(
    verdictOf(held, { column: "pending" }).kind,
    "taking it away would pull the ground from under the session",
  ).toBe("refused");
  expect(verdictOf(held, { column: "in_progress" }).kind).toBe("stay");
});

test("a refusal always says why", () => {
  fc.assert(
    fc.property(anyCards, (cards) => {
      for (const one of cards) {
        for (const beside of cards) {
          const verdict = verdictOf(one, { beside, side: "before" });
          if (verdict.kind === "refused")
            expect(verdict.why.length, "a closed place without a reason helps nobody").toBeGreaterThan(10);
        }
      }
    }),
  );
});

test("two waiting cards change places exactly when they are of the same lane", () => {
  fc.assert(
    fc.property(anyCards, (cards) => {
      const waiting = cards.filter((one) => one.progress === "pending");
      for (const one of waiting) {
        for (const beside of waiting) {
          if (one.id === beside.id) continue;
          const isMove = verdictOf(one, { beside, side: "after" }).kind === "move";
          expect(isMove, "the queue puts lanes one after the other, whatever their priorities").toBe(
            laneOf(one) === laneOf(beside),
          );
        }
      }
    }),
  );
});

test("what is blocked or asked gets another try, and what is done is reopened, by going back to Pending", () => {
  expect(verdictOf(card({ id: 1, status: "blocked" }), { column: "pending" })).toEqual({ kind: "retry" });
  expect(verdictOf(card({ id: 1, status: "needs_input" }), { column: "pending" })).toEqual({ kind: "retry" });
  expect(verdictOf(card({ id: 1, status: "passing" }), { column: "pending" })).toEqual({ kind: "reopen" });
  expect(verdictOf(card({ id: 1, kind: "bug", status: "resolved" }), { column: "pending" })).toEqual({
    kind: "reopen",
  });
});

test("the neighbours of a card are waiting cards of its lane, in the order of the queue", () => {
  const cards = [
    card({ id: 1 }),
    card({ id: 2, layer: 2 }),
    card({ id: 3 }),
    card({ id: 4, status: "passing" }),
    card({ id: 5 }),
  ];
  const [, , third] = cards;
  if (!third) throw new Error("there are five");
  expect(neighboursOf(third, cards)).toEqual({ first: 1, previous: 1, next: 5, last: 5 });
  const [first] = cards;
  if (!first) throw new Error("there are five");
  expect(neighboursOf(first, cards).previous, "nothing is before the first").toBeNull();
});
