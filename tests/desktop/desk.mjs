// A desk of its own for each test: screen, message bus, home and data directory, all gone afterwards.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { desktopProgram } from "../../.ci/lib/desktop.mjs";

/** How long anything that has to happen may take. A busy machine with two cores is slow. */
export const PATIENCE_MS = 60_000;

/** What a program needs to be found and to speak; nothing else of the person's environment reaches a desk. */
const KEPT = ["PATH", "LD_LIBRARY_PATH", "TMPDIR"];

/** The program under test. */
export const PROGRAM = process.env.HARNESS_DESKTOP || desktopProgram("debug");

/**
 * Sets up a desk with a screen of that size.
 *
 * `env` is what programs on it are started with; `leave` ends them all and removes what they wrote.
 */
export async function sitDown({ width = 1280, height = 800 } = {}) {
  const root = mkdtempSync(join(tmpdir(), "harness-desk-"));
  const started = [];
  const place = (name) => {
    mkdirSync(join(root, name), { mode: 0o700 });
    return join(root, name);
  };
  const env = {
    ...Object.fromEntries(KEPT.filter((name) => process.env[name]).map((name) => [name, process.env[name]])),
    HOME: place("home"),
    HARNESS_HOME: place("data"),
    XDG_RUNTIME_DIR: place("run"),
    LANG: "C.UTF-8",
    TZ: "UTC",
    // The bridge to screen readers starts programs of its own, which would outlive the test.
    NO_AT_BRIDGE: "1",
    GTK_A11Y: "none",
    GTK_USE_PORTAL: "0",
  };
  const leave = async () => {
    for (const child of started.toReversed()) await end(child);
    await until(() => ours(root).every((pid) => !kill(pid)), "the desk's programs are gone");
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  };
  const start = (command, args, options = {}) => {
    const child = spawn(command, args, { env, stdio: ["ignore", "ignore", "ignore"], ...options });
    started.push(child);
    return child;
  };
  try {
    const screen = start("Xvfb", ["-displayfd", "3", "-screen", "0", `${width}x${height}x24`, "-nolisten", "tcp"], {
      stdio: ["ignore", "ignore", "ignore", "pipe"],
    });
    env.DISPLAY = `:${await firstLine(screen.stdio[3], "Xvfb")}`;
    const bus = start("dbus-daemon", ["--session", "--nofork", "--print-address=3"], { stdio: ["ignore", "ignore", "ignore", "pipe"] });
    env.DBUS_SESSION_BUS_ADDRESS = await firstLine(bus.stdio[3], "dbus-daemon");
    // Nor may a test keep the machine it runs on awake.
    env.DBUS_SYSTEM_BUS_ADDRESS = env.DBUS_SESSION_BUS_ADDRESS;
  } catch (error) {
    await leave();
    throw error;
  }
  const running = (pattern) => ours(root).filter((pid) => pattern.test(programOf(pid)));
  return {
    root,
    env,
    start,
    leave,
    programs: () => running(/^auto-agent-harness$/),
    /** Claude CLIs that were started on it, by whatever means. */
    agents: () => running(/^auto-agent-harness-claude/),
  };
}

/** A port that nobody listens on. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Waits until `condition` gives something, and gives it. Fails with `what` when that takes too long. */
export async function until(condition, what, patience = PATIENCE_MS) {
  const deadline = performance.now() + patience;
  for (;;) {
    const found = await condition();
    if (found) return found;
    if (performance.now() > deadline) throw new Error(`waited ${patience / 1000} s in vain until ${what}`);
    await pause(50);
  }
}

function firstLine(stream, name) {
  return new Promise((resolve, reject) => {
    let text = "";
    stream.setEncoding("utf8");
    stream.on("data", (chunk) => {
      text += chunk;
      const [line, ...rest] = text.split("\n");
      if (rest.length > 0) resolve(line.trim());
    });
    stream.on("close", () => reject(new Error(`${name} did not start`)));
  });
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const isGone = await Promise.race([gone.then(() => true), pause(5_000, false, { ref: false })]);
  if (isGone) return;
  child.kill("SIGKILL");
  await gone;
}

// Every process whose environment names the desk: whatever was started on it, by whomever. Agents have an environment of
// their own, and a directory of the desk in it.
function ours(root) {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => read(`/proc/${pid}/environ`).includes(`=${root}/`) && !/^\d+ \(.*\) Z/.test(read(`/proc/${pid}/stat`)))
    .map(Number);
}

/** Kills a process of the desk. Says whether it was still there. */
function kill(pid) {
  try {
    return process.kill(pid, "SIGKILL");
  } catch {
    return false;
  }
}

function programOf(pid) {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`));
  } catch {
    return "";
  }
}

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // It ended meanwhile, or is another person's.
    return "";
  }
}
