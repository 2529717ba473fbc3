// npm test: sets the machine up, then every check and every test, stopping at the first that fails.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { buildPages } from "./lib/desktop.mjs";
import { differences, photograph, testEnvironment, watchedPlaces } from "./lib/hermetic.mjs";
import { ROOT } from "./lib/repository.mjs";
import { main, mustRun, SetUpError, sinceStart, step } from "./lib/steps.mjs";
import { TestCounts } from "./lib/test-counts.mjs";
import { findBrowser } from "../tests/e2e/browser.mjs";
import { setUp } from "./setup.mjs";

const counts = new TestCounts();
const onLine = (line) => counts.read(line);
const script = (name) => mustRun("npm", ["run", "--silent", name], { cwd: ROOT, onLine, shell: process.platform === "win32" });
const cargo = (...args) => mustRun("cargo", args, { cwd: ROOT });

async function runTests() {
  await setUp("test");
  await step("tests of these scripts", () =>
    mustRun(process.execPath, ["--test", "--test-reporter=spec", join(ROOT, ".ci", "lib", "lib.test.mjs")], { cwd: ROOT, onLine }),
  );
  // First what takes seconds; the pages have to be there before the window that shows them is compiled.
  await step("types of the pages", () => script("check"));
  await step("lints of the pages", () => script("lint"));
  await step("tests of the pages", () => script("test:ui"));
  await buildPages();
  await step("formatting", () => cargo("fmt", "--all", "--check"));
  await step("lints", () => cargo("clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"));
  await step("tests", testsInAHomeOfTheirOwn);
  await step("tests in a browser", testsInABrowser);
  // WebKit's driver, through which the window is used, exists on Linux only.
  if (process.platform === "linux") await step("tests of the window", testsOfTheWindow);
}

// The server that they use, as a workspace too: its pages were built before it was compiled.
async function testsInABrowser() {
  if (!findBrowser()) throw new SetUpError("No Chromium was found. Install one, or say where it is: CHROMIUM=/path/to/chromium");
  await cargo("build", "--workspace", "--locked", "--bins");
  await script("e2e");
}

// Each on a desk of its own, one after the other: two windows that fight for two cores prove nothing.
async function testsOfTheWindow() {
  // As a workspace, so that nothing is compiled anew for it.
  await cargo("build", "--workspace", "--locked", "--bins", "--example", "stand_in_desktop");
  const directory = join(ROOT, "tests", "desktop");
  const files = readdirSync(directory).filter((name) => name.endsWith(".test.mjs"));
  const args = ["--test", "--test-concurrency=1", "--test-reporter=spec", ...files.map((name) => join(directory, name))];
  await mustRun(process.execPath, args, { cwd: ROOT, onLine });
}

// The tests get an empty home, where any trace is theirs. The real home is watched too, for whatever asks the
// system instead of the environment where home is; at a person's desk something else may have written there.
async function testsInAHomeOfTheirOwn() {
  const standIn = mkdtempSync(join(tmpdir(), "auto-agent-harness-test-home-"));
  const real = homedir();
  const before = photograph(watchedPlaces(real));
  try {
    const env = testEnvironment(standIn);
    await mustRun("cargo", ["test", "--workspace", "--locked"], { cwd: ROOT, env, onLine });
    const traces = differences(new Map(), photograph(watchedPlaces(standIn, env)));
    if (traces.length > 0) throw new SetUpError(complaint("Tests wrote to the home directory they were given", traces));
  } finally {
    rmSync(standIn, { recursive: true, force: true });
  }
  const changes = differences(before, photograph(watchedPlaces(real)));
  if (changes.length === 0) return;
  const message = complaint("While the tests ran, the real home directory changed", changes);
  // The Claude CLI's own files may be in use by somebody at the same time; this product's data is written by it alone.
  if (process.env.CI && changes.some((change) => change.includes("auto-agent-harness"))) throw new SetUpError(message);
  console.log(`${message}\nIf Claude or the harness was in use meanwhile, that is why; otherwise a test did it.`);
}

function complaint(what, paths) {
  const shown = paths.slice(0, 20).map((path) => `  ${path}`);
  const rest = paths.length > shown.length ? [`  and ${paths.length - shown.length} more`] : [];
  return [`${what}. A test has to set HARNESS_HOME, CLAUDE_CONFIG_DIR and HOME for what it starts:`, ...shown, ...rest].join("\n");
}

await main(async () => {
  try {
    await runTests();
  } finally {
    console.log(`\n${sinceStart()} in all\n${counts}`);
  }
});
