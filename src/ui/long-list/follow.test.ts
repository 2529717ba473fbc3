import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { follow, FOLLOWING, STANDING, type Follow, type FollowEvent } from "./follow.ts";

function after(start: Follow, ...events: FollowEvent[]): Follow {
  return events.reduce(follow, start);
}

describe("following the end of a growing list", () => {
  test("scrolling up by a little stops it, and what comes in is counted", () => {
    const state = after(
      FOLLOWING,
      { type: "scrolled", before: 0, after: 3 },
      { type: "grew", rows: 5 },
      { type: "grew", rows: 2 },
    );
    expect(state).toEqual({ isFollowing: false, unseen: 7 });
  });

  test("scrolling down to the end starts it again and forgets the count", () => {
    const state = after(STANDING, { type: "grew", rows: 9 }, { type: "scrolled", before: 400, after: 10 });
    expect(state).toEqual(FOLLOWING);
  });

  test("scrolling down, but not to the end, does not start it", () => {
    expect(after(STANDING, { type: "scrolled", before: 4000, after: 3000 }).isFollowing).toBe(false);
  });

  test("a link to a row stops it, so that the row stays in sight", () => {
    expect(after(FOLLOWING, { type: "went" }, { type: "grew", rows: 1 })).toEqual({ isFollowing: false, unseen: 1 });
  });

  test("nothing but a person stops it: growth alone never does", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3, max: 10_000 })), (sizes) => {
        const events = sizes.map((rows): FollowEvent => ({ type: "grew", rows }));
        expect(after(FOLLOWING, ...events)).toBe(FOLLOWING);
      }),
    );
  });

  test("the state stays the same object when nothing changes, so that nothing is drawn again", () => {
    expect(follow(STANDING, { type: "scrolled", before: 10, after: 20 })).toBe(STANDING);
    expect(follow(STANDING, { type: "went" })).toBe(STANDING);
  });
});
