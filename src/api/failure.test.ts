import { expect, test } from "vitest";
import { Failure, asSentence, reasonOf } from "./failure.ts";

test("what the host says becomes a sentence, and names keep their spelling", () => {
  expect(asSentence("the disk is full")).toBe("The disk is full.");
  expect(asSentence("walls by Landlock stand instead")).toBe("Walls by Landlock stand instead.");
  for (const name of ["bwrap is missing", "ledger is given twice", "app_spec.txt is empty"])
    expect(asSentence(name), "a name is no word").toBe(`${name}.`);
  expect(asSentence("Is it there?")).toBe("Is it there?");
  expect(asSentence("")).toBe("");
});

test("a reason is followed by what to do", () => {
  const failure = new Failure({ code: "internal", message: "it broke", hint: "Run: harness doctor", incident: null });
  expect(reasonOf(failure)).toBe("It broke. Run: harness doctor");
});
