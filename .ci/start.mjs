// npm start: sets the machine up, builds the desktop application and opens its window.
import { createInterface } from "node:readline/promises";
import { buildDesktop, buildPages, desktopProgram, hasScreen } from "./lib/desktop.mjs";
import { build, rehearse } from "./lib/rehearsal.mjs";
import { main, run, sinceStart } from "./lib/steps.mjs";
import { setUp } from "./setup.mjs";

await main(async () => {
  if (!hasScreen()) return showTheDemo();
  await setUp("desktop");
  await buildPages();
  await buildDesktop();
  console.log(`\n── window (ready after ${sinceStart()}; this terminal shows what it has to say, Ctrl-C ends it in order)`);
  return run(desktopProgram("release"), process.argv.slice(2));
});

/** Without a screen nothing is built in vain: the same work is shown in the terminal. */
async function showTheDemo() {
  console.log("There is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window can be opened.");
  const isAtTerminal = Boolean(process.stdin.isTTY && process.stdout.isTTY && !process.env.CI);
  if (isAtTerminal && !(await agrees("Run the demonstration in this terminal instead? [Y/n] "))) {
    console.log("`npm run demo` shows the product at work in a terminal whenever you like, without an account.");
    return 0;
  }
  await setUp("run");
  await build();
  return rehearse();
}

async function agrees(question) {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^(y(es)?)?$/i.test((await terminal.question(question)).trim());
  } finally {
    terminal.close();
  }
}
