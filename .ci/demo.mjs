// npm run demo -- [DIR]: the main job on the embedded rehearsal model, in DIR or in a fresh directory.
import { build, rehearse } from "./lib/rehearsal.mjs";
import { main, SetUpError } from "./lib/steps.mjs";
import { setUp } from "./setup.mjs";

await main(async () => {
  const [directory, ...rest] = process.argv.slice(2);
  if (rest.length > 0 || directory?.startsWith("-")) throw new SetUpError("Usage: npm run demo -- [DIR]");
  await setUp("run");
  await build();
  return rehearse(directory);
});
