// The tools this repository cannot bring along itself: Node and Rust.
import { spawnSync } from "node:child_process";
import { LOWEST_NODE, LOWEST_RUST } from "./repository.mjs";
import { mustRun, SetUpError } from "./steps.mjs";

/** Whether dotted version `found` is `lowest` or newer; missing parts count as zero. */
export function isAtLeast(found, lowest) {
  const [a, b] = [found, lowest].map((version) => version.split(".").map(Number));
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if ((a[i] ?? 0) !== (b[i] ?? 0)) return (a[i] ?? 0) > (b[i] ?? 0);
  }
  return true;
}

/** What a command prints, or `undefined` when it is not there or fails. */
export function outputOf(command, args) {
  const { status, stdout } = spawnSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return status === 0 ? stdout : undefined;
}

/**
 * The Rust compiler's version and the platform it builds for.
 * Fails with `SetUpError` when Node or Rust is missing or too old.
 */
export function checkToolchain() {
  if (!isAtLeast(process.versions.node, LOWEST_NODE)) {
    throw new SetUpError(
      `Node ${process.versions.node} is too old: ${LOWEST_NODE} or newer is needed. Install it from https://nodejs.org or with your version manager.`,
    );
  }
  const rustc = outputOf("rustc", ["-vV"]);
  if (!rustc || outputOf("cargo", ["--version"]) === undefined) {
    throw new SetUpError(
      `No Rust toolchain was found on PATH. Install Rust ${LOWEST_RUST} or newer from https://rustup.rs, open a new terminal, and run this again.`,
    );
  }
  const version = /^release: ([\d.]+)/m.exec(rustc)[1];
  if (!isAtLeast(version, LOWEST_RUST)) {
    throw new SetUpError(
      `Rust ${version} is too old: ${LOWEST_RUST} or newer is needed. Run \`rustup update stable\` (https://rustup.rs), then run this again.`,
    );
  }
  return { version, host: /^host: (\S+)/m.exec(rustc)[1] };
}

/** Sees to it that the formatter and the linter are there. Fails with `SetUpError` when they are not and cannot be fetched. */
export async function ensureLinters() {
  const missing = ["fmt", "clippy"].filter((tool) => outputOf("cargo", [tool, "--version"]) === undefined);
  if (missing.length === 0) return;
  if (outputOf("rustup", ["--version"]) === undefined) {
    throw new SetUpError(`\`cargo ${missing[0]}\` is missing. Install your distribution's rustfmt and clippy packages, then run this again.`);
  }
  await mustRun("rustup", ["component", "add", "rustfmt", "clippy"]);
}
