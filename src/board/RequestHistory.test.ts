import { expect, test } from "vitest";
import { answerOf, visible } from "./RequestHistory.tsx";

test("nothing of what an agent asked for is hidden by signs that cannot be seen", () => {
  expect(visible("rm a\u202etxt\u200b"), "a text that runs backwards is a lie").toBe("rm a\\u{202e}txt\\u{200b}");
  expect(visible("git push\n\t--force"), "lines and tabs are plain to see").toBe("git push\n\t--force");
});

test("an answer is shown in words, and one that cannot be read as it is", () => {
  expect(answerOf('["Yes","the first"]')).toBe("Yes · the first");
  expect(answerOf('{"archived":"No"}')).toBe("No");
  expect(answerOf("not json")).toBe("not json");
});
