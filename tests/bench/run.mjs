// npm run bench [-- NAME… --runs N]: builds the product as it is released, measures, and prints a table.
//
// `npm run bench -- desktop` measures the window beside an empty one. Writes tests/bench/out/TIME.json too. A goal that is missed is said, and is no failure: machines differ.
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, platform, release } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { releaseFlags } from "../../.ci/lib/release.mjs";
import { main, step } from "../../.ci/lib/steps.mjs";
import { setUp } from "../../.ci/setup.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, "..", "..");

/** The benchmark of the desktop application, beside those of the program. */
const WINDOW = "desktop";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { runs: { type: "string" } } });

/** Runs a command; its standard output. What it says on standard error is shown. */
function run(program, words) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
    const chunks = [];
    child.stdout.on("data", (chunk) => chunks.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(Buffer.concat(chunks).toString("utf8"));
      else reject(new Error(`${program} ${words.join(" ")} ended with ${code}`));
    });
  });
}

const STYLES = { bold: 1, red: 31, green: 32 };
const colour = (style, text) => (process.stdout.isTTY ? `\u001b[${STYLES[style]}m${text}\u001b[0m` : text);
const round = (value) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) >= 1 ? 2 : 3));

function show(measurement) {
  const { title, baseline, unit, ours, theirs, ratio, figures, notes } = measurement;
  console.log(colour("bold", title));
  console.log(`  ours      ${round(ours.median)} ${unit} (median of ${ours.samples.length})`);
  console.log(`  baseline  ${round(theirs.median)} ${unit}: ${baseline}`);
  console.log(`  ratio     ${round(ratio)}`);
  for (const figure of figures) {
    const { at_most: most, at_least: least } = figure.goal;
    const goal = most === undefined ? `at least ${least}` : `at most ${most}`;
    const verdict = figure.is_met ? colour("green", "ok") : colour("red", "MISSED");
    console.log(`  ${verdict}  ${figure.name}: ${round(figure.value)} ${figure.unit} (goal: ${goal})`);
  }
  for (const note of notes) console.log(`  · ${note}`);
}

/** The measuring program, built as the product is released. */
async function build() {
  const cargo = ["bench", "--quiet", "--locked", "-p", "harness-cli", "--bench", "speed", "--no-run", "--message-format=json", ...releaseFlags()];
  const built = (await run("cargo", cargo)).split("\n").filter((line) => line.startsWith("{"));
  const artifact = built.map((line) => JSON.parse(line)).find(({ target, executable }) => target?.name === "speed" && executable);
  if (!artifact) throw new Error("cargo built no benchmark");
  return artifact.executable;
}

/** What is measured in the program itself; all of it when nothing is named. */
async function measureProgram(names, measurements) {
  const program = await step("build, as for a release (minutes, the first time)", build);
  const all = (await run(program, [])).trim().split("\n");
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new Error(`there is no benchmark ${unknown.join(", ")}; there are: ${[...all, WINDOW].join(", ")}`);
  for (const name of names.length > 0 ? names : all) {
    console.log(`\nMeasuring ${name} …`);
    const line = await run(program, [name, ...(values.runs ? [values.runs] : [])]);
    measurements[name] = JSON.parse(line);
    show(measurements[name]);
  }
}

await main(async () => {
  // The window is measured only when it is asked for: it needs its libraries, and a build of its own.
  const isOfWindow = positionals.includes(WINDOW);
  const names = positionals.filter((name) => name !== WINDOW);
  await setUp(isOfWindow ? "test" : "run");
  const measurements = {};
  if (!isOfWindow || names.length > 0) await measureProgram(names, measurements);
  if (isOfWindow) {
    const { measureDesktop } = await import("./desktop.mjs");
    const measured = await measureDesktop(values.runs && Number(values.runs));
    Object.values(measured).forEach(show);
    Object.assign(measurements, measured);
  }

  const at = new Date().toISOString();
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, system: `${platform()} ${release()}`, node: process.version };
  const file = join(HERE, "out", `${at.replaceAll(":", "-")}.json`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ at, machine, measurements }, null, 2)}\n`);
  const missed = Object.values(measurements).flatMap(({ figures }) => figures.filter((figure) => !figure.is_met));
  console.log(`\n${missed.length === 0 ? "Every goal is met." : colour("red", `Missed: ${missed.map(({ name }) => name).join(", ")}.`)}`);
  console.log(`Written to ${file}`);
});
