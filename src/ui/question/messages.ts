import { messages } from "../messages.ts";

/** What the form for an agent's question says. */
export const text = messages("ui.question", {
  answer: "Send the answer",
  answering: "Your answer",
  free: "Answer in your own words instead",
  parts: "Answer part by part",
  other: "Something else",
  yes: "Yes",
  no: "No",
  missing: "Choose or write an answer.",
});
