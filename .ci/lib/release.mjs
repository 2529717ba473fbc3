// How cargo compiles what is released: no path of the machine that built it is left in a program.
import { homedir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./repository.mjs";

/**
 * What every release build tells cargo; the same each time, so nothing is compiled twice.
 *
 * Panics of third-party crates name their source files, below the home of whoever compiled them. A setting of cargo's,
 * unlike the variable RUSTFLAGS, is added to the flags a person has and never takes their place.
 */
export function releaseFlags({ root = ROOT, env = process.env, home = homedir() } = {}) {
  const shown = [
    [root, "."],
    [env.CARGO_TARGET_DIR || join(root, "target"), "target"],
    [env.CARGO_HOME || join(home, ".cargo"), "cargo"],
  ];
  const flags = shown.map(([path, name]) => `--remap-path-prefix=${path}=${name}`);
  return ["--config", `build.rustflags=${JSON.stringify(flags)}`];
}
