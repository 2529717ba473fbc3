import fc from "fast-check";
import { expect, test } from "vitest";
import { NOTHING, extend, keepOnly, toggle, toggleAll } from "./selection.ts";

const ORDER = [4, 8, 15, 16, 23, 42];
const anyId = fc.constantFrom(...ORDER);

test("selecting a card twice leaves it as it was", () => {
  fc.assert(
    fc.property(fc.uniqueArray(anyId), anyId, (ids, id) => {
      const before = { ids: new Set(ids), anchor: null };
      expect(toggle(toggle(before, id), id).ids).toEqual(before.ids);
    }),
  );
});

test("a range holds everything between its ends, whichever of them came first", () => {
  fc.assert(
    fc.property(anyId, anyId, (from, to) => {
      const there = extend(toggle(NOTHING, from), to, ORDER).ids;
      const back = extend(toggle(NOTHING, to), from, ORDER).ids;
      const [low, high] = [ORDER.indexOf(from), ORDER.indexOf(to)].toSorted((a, b) => a - b);
      expect([...there].toSorted((a, b) => a - b)).toEqual(ORDER.slice(low, (high ?? 0) + 1));
      expect(back).toEqual(there);
    }),
  );
});

test("a range without a start is the card alone, and a card that is not shown selects nothing", () => {
  expect([...extend(NOTHING, 15, ORDER).ids]).toEqual([15]);
  expect(extend(NOTHING, 99, ORDER)).toBe(NOTHING);
});

test("selecting all twice selects none", () => {
  const all = toggleAll(NOTHING, ORDER);
  expect(all.ids.size).toBe(ORDER.length);
  expect(toggleAll(all, ORDER).ids.size).toBe(0);
});

test("a card that was deleted elsewhere is not counted, and no range starts at it", () => {
  const selected = toggle(toggle(NOTHING, 8), 15);
  expect(keepOnly(selected, (id) => id !== 15)).toEqual({ ids: new Set([8]), anchor: null });
  expect(
    keepOnly(selected, () => true),
    "nothing changed, so nothing is drawn again",
  ).toBe(selected);
});
