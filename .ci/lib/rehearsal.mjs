// The product, built, and its main job on the embedded rehearsal model.
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join, relative, resolve } from "node:path";
import { releaseFlags } from "./release.mjs";
import { ROOT } from "./repository.mjs";
import { mustRun, run, sinceStart, step } from "./steps.mjs";

/** The `harness` binary that `build` leaves. */
export const HARNESS = join(ROOT, "target", "release", process.platform === "win32" ? "harness.exe" : "harness");

/** Builds the release binary. The flags are the same everywhere, so nothing is compiled twice. */
export function build() {
  const cargo = ["build", "--release", "--locked", "-p", "harness-cli", ...releaseFlags()];
  return step("build", () => mustRun("cargo", cargo, { cwd: ROOT }));
}

/** A command line as a person types it in this platform's shell, with `HARNESS_HOME` set. */
export function typed(home, words, platform = process.platform) {
  const quoted = words.map((word) => quote(word, platform)).join(" ");
  return platform === "win32"
    ? `$env:HARNESS_HOME=${quote(home, platform)}; & ${quoted}`
    : `HARNESS_HOME=${quote(home, platform)} ${quoted}`;
}

/** One word as a shell reads it back: bare when nothing in it is special, in single quotes otherwise. */
export function quote(word, platform = process.platform) {
  if (/^[\w./:@%+=,\\-]+$/.test(word) && (platform === "win32" || !word.includes("\\"))) return word;
  return platform === "win32" ? `'${word.replaceAll("'", "''")}'` : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** The binary as it is typed in `directory`: relative when it lies below, whole otherwise. */
function fromHere(directory) {
  const path = relative(directory, HARNESS);
  return isAbsolute(path) || path.startsWith("..") ? HARNESS : path;
}

/**
 * Rehearses the whole job in `directory`, or in a fresh one, and gives the product's exit code.
 *
 * The product's data goes to `HARNESS_HOME` when that is set and to a fresh directory otherwise: a rehearsal
 * leaves the person's own projects alone.
 */
export async function rehearse(directory) {
  // npm runs scripts in the root; a relative path was typed where the person stood.
  const typedIn = process.env.INIT_CWD ?? process.cwd();
  const project = directory ? resolve(typedIn, directory) : mkdtempSync(join(tmpdir(), "auto-agent-harness-demo-"));
  const home = process.env.HARNESS_HOME || mkdtempSync(join(tmpdir(), "auto-agent-harness-demo-data-"));
  console.log(`\n── rehearsal: a scripted model plays the agent, everything else is real`);
  console.log(`   project:      ${project}`);
  console.log(`   HARNESS_HOME: ${home}\n`);

  const env = { ...process.env, HARNESS_HOME: home };
  const exitCode = await run(HARNESS, ["run", project, "--rehearse", "demo"], { cwd: ROOT, env });
  if (!existsSync(join(project, ".git"))) return exitCode;

  const harness = fromHere(typedIn);
  console.log(`\nLook at the result (${sinceStart()} in all):`);
  console.log(`  git -C ${quote(project)} log --stat`);
  console.log(`  npm test --prefix ${quote(project)}`);
  console.log(`  ${typed(home, [harness, "features", "list", "--project", project])}`);
  return exitCode;
}
