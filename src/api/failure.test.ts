import { expect, test } from "vitest";
import { Failure, asSentence, reasonOf } from "./failure.ts";

test("what the host says becomes a sentence, and names keep their spelling", () => {
  expect(asSentence("the disk is full")).toBe("The disk is full.");
  expect(asSentence("bwrap is missing")).toBe("bwrap is missing.");
  expect(asSentence("Is it there?")).toBe("Is it there?");
  expect(asSentence("")).toBe("");
});

test("a reason is followed by what to do", () => {
  const failure = new Failure({ code: "internal", message: "it broke", hint: "Run: harness doctor", incident: null });
  expect(reasonOf(failure)).toBe("It broke. Run: harness doctor");
});
