// Tests that leave traces in a person's home are found here: they run with a stand-in home, and both homes are checked.
import { lstatSync, mkdirSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Variables that would lead a test to a person's own data, account or model. */
const PERSONAL = /^(HARNESS_|CLAUDE|ANTHROPIC_|XDG_(DATA|CONFIG|CACHE|STATE)_HOME$|NODE_OPTIONS$|GIT_)/;

/** What the product and the Claude CLI would leave in `home` if a test forgot to give them another place. */
export function watchedPlaces(home, env = process.env, platform = process.platform) {
  const data = {
    darwin: join(home, "Library", "Application Support", "auto-agent-harness"),
    win32: join(env.APPDATA ?? join(home, "AppData", "Roaming"), "auto-agent-harness"),
  };
  const linux = join(env.XDG_DATA_HOME || join(home, ".local", "share"), "auto-agent-harness");
  const claude = namesIn(home).filter((name) => name.startsWith(".claude"));
  return [data[platform] ?? linux, join(home, ".claude"), join(home, ".claude.json"), ...claude.map((name) => join(home, name))];
}

/** Every file and directory at and below `places`, with what changes when it is written. */
export function photograph(places) {
  const seen = new Map();
  const waiting = [...places];
  while (waiting.length > 0) {
    const path = waiting.pop();
    const state = lstatSync(path, { throwIfNoEntry: false });
    if (!state || seen.has(path)) continue;
    seen.set(path, `${state.mtimeMs} ${state.size}`);
    if (state.isDirectory()) waiting.push(...namesIn(path).map((name) => join(path, name)));
  }
  return seen;
}

/** One sentence for each path that appeared, went or changed between two photographs. */
export function differences(before, after) {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths.flatMap((path) => {
    if (!before.has(path)) return [`appeared: ${path}`];
    if (!after.has(path)) return [`is gone: ${path}`];
    return before.get(path) === after.get(path) ? [] : [`changed: ${path}`];
  });
}

/**
 * The environment tests run in: a home of their own at `home`, toolchains still found where they are,
 * and nothing of the person's accounts and settings.
 */
export function testEnvironment(home, env = process.env) {
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !PERSONAL.test(name)));
  const profile = join(home, "AppData");
  mkdirSync(home, { recursive: true });
  return {
    ...own,
    CARGO_HOME: env.CARGO_HOME ?? join(homedir(), ".cargo"),
    RUSTUP_HOME: env.RUSTUP_HOME ?? join(homedir(), ".rustup"),
    HOME: home,
    USERPROFILE: home,
    APPDATA: join(profile, "Roaming"),
    LOCALAPPDATA: join(profile, "Local"),
  };
}

function namesIn(directory) {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
