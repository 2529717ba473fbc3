import { expect, test } from "vitest";
import { shortMoment } from "./format.ts";

test("a time of today is told by the clock, an earlier one with its date", () => {
  const now = new Date(2027, 2, 14, 9, 30).getTime();
  expect(shortMoment(new Date(2027, 2, 14, 0, 5).getTime(), now), "since midnight it is today").toBe("00:05");
  expect(shortMoment(new Date(2027, 2, 13, 23, 55).getTime(), now), "last night was another day").toBe("13 Mar, 23:55");
});
