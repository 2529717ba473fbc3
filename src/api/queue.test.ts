import fc from "fast-check";
import { expect, test } from "vitest";
import { makeCards } from "./fake/cards.ts";
import { compareInQueue, mergeCards } from "./queue.ts";

const cards = makeCards(40, 7, 0).sort(compareInQueue);

test("bugs come before what mends, that before what is built, and a pinned card before all", () => {
  const [first] = cards;
  if (!first) throw new Error("there are forty");
  const feature = { ...first, id: 1, kind: "feature" as const, status: "pending" as const, layer: 0, is_pinned: false };
  const failing = { ...feature, id: 2, status: "failing" as const, layer: 8 };
  const bug = { ...feature, id: 3, kind: "bug" as const, status: "open" as const, priority: 99 };
  const pinned = { ...feature, id: 4, is_pinned: true, layer: 8 };
  expect([feature, failing, bug, pinned].sort(compareInQueue).map(({ id }) => id)).toEqual([4, 3, 2, 1]);
});

test("merging a part gives what reading everything would give", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(41), fc.boolean(), fc.boolean()), { maxLength: 12 }), (changes) => {
      const now = new Map(cards.map((card) => [card.id, card]));
      for (const [id, isGone, is_pinned] of changes) {
        const card = now.get(id);
        if (isGone) now.delete(id);
        else if (card) now.set(id, { ...card, is_pinned });
      }
      const wanted = new Set(changes.map(([id]) => id));
      const fresh = [...wanted].flatMap((id) => now.get(id) ?? []);
      const whole = [...now.values()].sort(compareInQueue);
      expect(mergeCards(cards, wanted, fresh).map(({ id }) => id)).toEqual(whole.map(({ id }) => id));
    }),
  );
});

test("a card that did not change keeps its identity, so it is not drawn again", () => {
  const merged = mergeCards(
    cards,
    new Set([cards[0]?.id ?? 0]),
    cards.slice(0, 1).map((card) => ({ ...card, note: "changed" })),
  );
  expect(merged.filter((card) => cards.includes(card)).length).toBe(cards.length - 1);
});
