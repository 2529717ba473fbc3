import { messages } from "../messages.ts";

const lines = (count: number) => count.toLocaleString("en");

export const text = messages("diff", {
  added: "added: ",
  removed: "removed: ",
  unchanged: (count: number) => (count === 1 ? "1 unchanged line" : `${lines(count)} unchanged lines`),
  showUnchanged: (count: number) => (count === 1 ? "Show 1 unchanged line" : `Show ${lines(count)} unchanged lines`),
  comment: (line: number) => `Comment on line ${line}`,
  same: "Nothing differs.",
  more: (count: number) => `Show ${lines(count)} more lines`,
  notHere: (count: number) => `${lines(count)} more lines are not shown here.`,
  notShown: (count: number) => `${lines(count)} more lines are not shown.`,
  anyway: "Show them anyway",
  longLine: (count: number) => ` … ${lines(count)} more characters in this line`,
});
