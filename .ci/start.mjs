// npm start: sets the machine up, builds the product and shows it at work in this terminal.
import { build, rehearse } from "./lib/rehearsal.mjs";
import { main } from "./lib/steps.mjs";
import { setUp } from "./setup.mjs";

await main(async () => {
  await setUp("run");
  await build();
  return rehearse();
});
