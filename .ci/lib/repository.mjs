// Where things are in this checkout, and the versions it asks for: each read from the file that defines it.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout's root directory. */
export const ROOT = resolve(fileURLToPath(import.meta.url), "../../..");

const packageJson = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

/** The lowest Node version that `package.json` accepts, such as "20.19". */
export const LOWEST_NODE = /[\d.]+/.exec(packageJson.engines.node)[0];

/** The lowest Rust version that `Cargo.toml` accepts, such as "1.89". */
export const LOWEST_RUST = /^rust-version = "([\d.]+)"/m.exec(readFileSync(join(ROOT, "Cargo.toml"), "utf8"))[1];

/** The Claude CLI's version that `package.json` pins. */
export const CLAUDE_VERSION = packageJson.dependencies["@anthropic-ai/claude-code"];
