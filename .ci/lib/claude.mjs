// The Claude CLI: Anthropic's own binary, pinned in package.json, put where the product looks for its bundled one.
import { copyFileSync, constants, linkSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { CLAUDE_VERSION, ROOT } from "./repository.mjs";
import { ensureNodePackages } from "./node-packages.mjs";
import { SetUpError } from "./steps.mjs";

/** The npm package that carries the CLI for a Rust target triple. */
const PACKAGES = {
  "x86_64-unknown-linux-gnu": "linux-x64",
  "aarch64-unknown-linux-gnu": "linux-arm64",
  "x86_64-unknown-linux-musl": "linux-x64-musl",
  "aarch64-unknown-linux-musl": "linux-arm64-musl",
  "x86_64-apple-darwin": "darwin-x64",
  "aarch64-apple-darwin": "darwin-arm64",
  "x86_64-pc-windows-msvc": "win32-x64",
  "x86_64-pc-windows-gnu": "win32-x64",
  "aarch64-pc-windows-msvc": "win32-arm64",
};

/**
 * Where the CLI for `triple` comes from and where it goes, below `root`.
 * Fails with `SetUpError` for a platform that Anthropic does not build the CLI for.
 */
export function claudePaths(root, triple) {
  const platform = PACKAGES[triple];
  if (!platform) {
    throw new SetUpError(`There is no Claude CLI for ${triple}. It exists for: ${Object.keys(PACKAGES).join(", ")}.`);
  }
  const ending = triple.includes("windows") ? ".exe" : "";
  return {
    source: join(root, "node_modules", "@anthropic-ai", `claude-code-${platform}`, `claude${ending}`),
    target: join(root, "src-tauri", "binaries", `auto-agent-harness-claude-${triple}${ending}`),
  };
}

/** Makes `target` the same file as `source`, or a copy where the file system has no hard links. Says whether it had to. */
export function place(source, target) {
  const wanted = statSync(source);
  const existing = statSync(target, { throwIfNoEntry: false });
  const isSameFile = existing?.ino === wanted.ino && existing?.dev === wanted.dev;
  const isSameCopy = existing?.size === wanted.size && existing?.mtimeMs >= wanted.mtimeMs;
  if (isSameFile || isSameCopy) return false;

  mkdirSync(dirname(target), { recursive: true });
  // Written beside the target and renamed, so that a run never starts half a binary.
  const partial = `${target}.${process.pid}`;
  try {
    linkSync(source, partial);
  } catch {
    copyFileSync(source, partial, constants.COPYFILE_FICLONE);
  }
  try {
    renameSync(partial, target);
  } finally {
    rmSync(partial, { force: true });
  }
  return true;
}

/** Puts the pinned CLI in place for `triple`. Fails with `SetUpError` when its package cannot be had. */
export async function ensureClaude(triple) {
  const { source, target } = claudePaths(ROOT, triple);
  const isInstalled = () => statSync(source, { throwIfNoEntry: false }) !== undefined;
  // An install made on another platform, or without optional packages, lacks exactly this file.
  if (!isInstalled()) await ensureNodePackages({ again: true });
  if (!isInstalled()) {
    throw new SetUpError(`npm did not install the Claude CLI for ${triple}: ${source} is missing. Run \`npm ci --include=optional\`, then try again.`);
  }
  if (place(source, target)) console.log(`   Claude CLI ${CLAUDE_VERSION} is in ${target}`);
}
