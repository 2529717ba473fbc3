// The desktop application: its pages and its program, built; and where both end up.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { releaseFlags } from "./release.mjs";
import { ROOT } from "./repository.mjs";
import { mustRun, step } from "./steps.mjs";

/** What the desktop application's program is called, on every platform without its ending. */
const NAME = "auto-agent-harness";

/** The program that a build of `profile` ("debug" or "release") leaves. */
export function desktopProgram(profile, { platform = process.platform, env = process.env } = {}) {
  const target = env.CARGO_TARGET_DIR || join(ROOT, "target");
  return join(target, profile, platform === "win32" ? `${NAME}.exe` : NAME);
}

/** Builds the pages that the window shows. */
export function buildPages() {
  return step("pages", () => mustRun(process.execPath, [packageProgram("vite"), "build", "--logLevel", "warn"], { cwd: ROOT }));
}

/** Builds the program as it is released. The flags are the packager's, so nothing is compiled twice. */
export function buildDesktop() {
  console.log("   The first build takes several minutes; the next ones take seconds.");
  return step("desktop application", () =>
    mustRun("cargo", ["build", "--release", "--locked", "-p", "auto-agent-harness", ...releaseFlags()], { cwd: ROOT }),
  );
}

/** Whether there is a screen to show a window on. */
export function hasScreen({ platform = process.platform, env = process.env } = {}) {
  return platform !== "linux" || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/** The script behind a command of an installed package, so that it can be started without a shell on every platform. */
export function packageProgram(name, command = name) {
  const directory = join(ROOT, "node_modules", ...name.split("/"));
  const { bin } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  const file = join(directory, typeof bin === "string" ? bin : bin[command]);
  if (!existsSync(file)) throw new Error(`${name} has no ${command}`);
  return file;
}
