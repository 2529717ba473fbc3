import { expect, test } from "vitest";
import { FIRST_CHOICES, keepChoices, keptChoices } from "./start-choices.ts";

test("a budget that was left out once does not stand over the one of the settings for ever", () => {
  keepChoices(1, { ...FIRST_CHOICES, model: "opus", budget: "" }, { rehearsal: "" });
  expect(keptChoices(1), "only what was chosen is chosen again").toMatchObject({ model: "opus" });
  expect(keptChoices(1)).not.toHaveProperty("budget");
});

test("a rehearsal is not started again by itself", () => {
  keepChoices(2, { ...FIRST_CHOICES, rehearsal: "demo" }, { rehearsal: "" });
  expect(keptChoices(2)).not.toHaveProperty("rehearsal");
});
