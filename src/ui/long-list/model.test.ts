import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ListModel } from "./model.ts";

const SCREEN = 600;

/** Lays the drawn rows out with their true heights, as a browser would, until nothing changes any more. */
function layOut(list: ListModel, trueHeight: (row: number) => number): void {
  for (let round = 0; round < 10; round += 1) {
    const view = list.view();
    for (const row of view.rows) list.measured(row, trueHeight(row));
    list.settle();
    if (list.view() === view) return;
  }
}

function made(count: number, isHidden?: (row: number) => boolean): ListModel {
  const list = new ListModel(50);
  list.resizeScreen(SCREEN);
  list.update(count, isHidden, false);
  return list;
}

const height = (row: number) => 20 + ((row * 37) % 180);

/** Where a drawn row is, from the top of the screen. */
function screenTop(list: ListModel, row: number): number {
  let at = list.windowTop - list.bar;
  for (const drawn of list.view().rows) {
    if (drawn === row) return at;
    at += height(drawn);
  }
  throw new Error(`row ${row} is not drawn`);
}

describe("which rows of a long list are drawn", () => {
  test("wherever one goes, the screen is full and few rows are drawn", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 1_000_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (count, part) => {
          const list = made(count);
          const target = Math.floor(part * (count - 1));
          list.goTo(target, "start", false);
          layOut(list, height);
          const { rows } = list.view();
          const top = list.windowTop - list.bar;
          const bottom = top + rows.reduce((sum, row) => sum + height(row), 0);
          expect(top).toBeLessThanOrEqual(0.01);
          expect(bottom).toBeGreaterThanOrEqual(SCREEN - 0.01);
          expect(rows).toContain(target);
          expect(rows.length, "a screen of the lowest rows, not more").toBeLessThan(100);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("a row one was sent to stays in its place while the rows around it get their true heights", () => {
    const list = made(1_000_000);
    list.goTo(700_000, "start", false);
    layOut(list, height);
    expect(screenTop(list, 700_000)).toBeCloseTo(0, 1);
    list.goTo(123_456, "center", false);
    layOut(list, height);
    expect(screenTop(list, 123_456)).toBeCloseTo((SCREEN - height(123_456)) / 2, 1);
  });

  test("what is in sight does not move when rows come in at the end or rows above get higher", () => {
    const list = made(10_000);
    list.goTo(5000, "start", false);
    layOut(list, height);
    list.scrolledTo(list.bar + 30);
    layOut(list, height);
    const before = screenTop(list, 5001);
    list.update(12_000, undefined, false);
    list.measured(4999, 900);
    list.settle();
    const { rows } = list.view();
    const above = rows.indexOf(5001);
    expect(above).toBeGreaterThan(-1);
    expect(list.firstInSight).toBe(5000);
    expect(before).toBeCloseTo(height(5000) - 30, 1);
  });

  test("hidden rows take no room, and thousands in a row are stepped over", () => {
    const isHidden = (row: number) => row >= 10 && row < 4000;
    const list = made(5000, isHidden);
    layOut(list, height);
    const { rows } = list.view();
    expect(rows.slice(8, 11)).toEqual([8, 9, 4000]);
    list.update(5000, undefined, false);
    layOut(list, height);
    expect(list.view().rows.slice(8, 11), "shown again as soon as they are not hidden").toEqual([8, 9, 10]);
  });

  test("a list that follows is at its end, however it grows", () => {
    const list = new ListModel(50);
    list.resizeScreen(SCREEN);
    for (const count of [3, 50, 51, 400, 100_000, 1_000_000]) {
      list.update(count, undefined, true);
      layOut(list, height);
      expect(list.toEnd).toBeCloseTo(0, 1);
      expect(list.view().rows.at(-1)).toBe(count - 1);
    }
  });

  test("a person who scrolls up while the list follows is not pulled back to the end", () => {
    const list = new ListModel(50);
    list.resizeScreen(SCREEN);
    list.update(1000, undefined, true);
    layOut(list, height);
    expect(list.scrolledTo(list.bar - 120)).toBe(true);
    expect(list.toEnd).toBeCloseTo(120, 1);
    list.update(1010, undefined, false);
    layOut(list, height);
    expect(list.toEnd).toBeGreaterThan(120);
  });

  test("a window that grows while the list follows moves the bar by itself, and the list stays at its end", () => {
    const list = new ListModel(50);
    list.resizeScreen(SCREEN);
    list.update(1000, undefined, true);
    layOut(list, height);
    // The browser can show that much more above, before anybody has told the new size.
    expect(list.scrolledTo(list.bar - 280, SCREEN + 280), "nobody scrolled").toBe(false);
    layOut(list, height);
    list.update(1010, undefined, true);
    layOut(list, height);
    expect(list.toEnd).toBeCloseTo(0, 1);
    expect(list.view().rows.at(-1)).toBe(1009);
  });

  test("going to the nearest place moves nothing when the row is in sight already", () => {
    const list = made(1000);
    layOut(list, height);
    const { bar } = list;
    list.goTo(1, "nearest", false);
    expect(list.bar).toBe(bar);
    list.goTo(900, "nearest", true);
    layOut(list, height);
    expect(list.view().rows).toContain(900);
    expect(list.wanted).toBe(900);
    list.focused();
    expect(list.wanted, "the focus is given once").toBeNull();
  });

  test("fewer rows than before is another list, from its beginning", () => {
    const list = made(1000);
    list.goTo(900, "start", false);
    list.update(10, undefined, false);
    layOut(list, height);
    expect(list.view().rows).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
