import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readNumber, writeNumber } from "./number.ts";

const whole = { min: 1, max: 20, isWhole: true };
const money = { min: 0.01, max: 10_000, isWhole: false };

describe("number", () => {
  it.each([
    ["", whole, { is: "default" }],
    ["  3 ", whole, { is: "number", value: 3 }],
    ["2,50", money, { is: "number", value: 2.5 }],
    ["2.5", whole, { is: "wrong", why: "not_whole" }],
    ["0", whole, { is: "wrong", why: "too_small" }],
    ["21", whole, { is: "wrong", why: "too_large" }],
    ["1e3", money, { is: "wrong", why: "not_a_number" }],
    ["12 apples", money, { is: "wrong", why: "not_a_number" }],
    ["Infinity", money, { is: "wrong", why: "not_a_number" }],
    ["1,000.5", money, { is: "wrong", why: "not_a_number" }],
  ])("reads %j", (text, rule, expected) => {
    expect(readNumber(text, rule)).toEqual(expected);
  });

  it("reads back what it wrote", () => {
    fc.assert(
      fc.property(fc.option(fc.integer({ min: 1, max: 20 })), (value) => {
        const expected = value === null ? { is: "default" } : { is: "number", value };
        expect(readNumber(writeNumber(value), whole)).toEqual(expected);
      }),
    );
  });

  it("gives no number outside its rule, whatever is typed", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const read = readNumber(text, money);
        if (read.is !== "number") return;
        expect(read.value).toBeGreaterThanOrEqual(money.min);
        expect(read.value).toBeLessThanOrEqual(money.max);
      }),
    );
  });
});
