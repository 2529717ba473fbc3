// Everything this repository needs on a machine that has git, Rust and Node; quick when all of it is there.
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ensureClaude } from "./lib/claude.mjs";
import { ensureNodePackages } from "./lib/node-packages.mjs";
import { main, step } from "./lib/steps.mjs";
import { ensureSystemPackages } from "./lib/system-packages.mjs";
import { checkToolchain, ensureLinters } from "./lib/toolchain.mjs";

/** Sets this machine up for `purpose`: "run" (build and use the product) or "test". */
export function setUp(purpose) {
  return step("set-up", async () => {
    const { version, host } = checkToolchain();
    console.log(`   Node ${process.versions.node}, Rust ${version}, ${host}`);
    await ensureSystemPackages(purpose);
    if (purpose === "test") await ensureLinters();
    await ensureNodePackages();
    await ensureClaude(host);
  });
}

const isEntry = process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isEntry) await main(() => setUp(process.argv[2] ?? "run"));
