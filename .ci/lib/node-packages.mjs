// The packages of package-lock.json, installed once and left alone while they are current.
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./repository.mjs";
import { mustRun } from "./steps.mjs";

/**
 * Whether `node_modules` in `root` is what `package-lock.json` asks for.
 *
 * npm writes its own copy of the lock as the last act of an install: without it an install was cut short.
 */
export function isCurrent(root) {
  const installed = join(root, "node_modules", ".package-lock.json");
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(root, "package-lock.json")).mtimeMs;
}

/** Installs the locked packages unless they are there. No package's own script is run: none is needed. */
export async function ensureNodePackages({ again = false } = {}) {
  if (!again && isCurrent(ROOT)) return;
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
  // npm tells its children where it is; Windows could not start `npm.cmd` without a shell.
  const npm = process.env.npm_execpath;
  if (npm?.endsWith("js")) await mustRun(process.execPath, [npm, ...args], { cwd: ROOT });
  else await mustRun("npm", args, { cwd: ROOT, shell: process.platform === "win32" });
}
