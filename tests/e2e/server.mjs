// The program as a server, with a home and a data directory of its own that are gone afterwards.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ROOT } from "../../.ci/lib/repository.mjs";

/** How long a start or an end may take, in milliseconds. A busy machine with two cores is slow. */
const PATIENCE_MS = 90_000;

const target = process.env.CARGO_TARGET_DIR || join(ROOT, "target");
/** The program under test. */
const HARNESS = process.env.HARNESS || join(target, "debug", process.platform === "win32" ? "harness.exe" : "harness");

/** What a program needs to be found and to speak; nothing else of the person's environment reaches it. */
const KEPT = ["PATH", "LD_LIBRARY_PATH", "TMPDIR"];

/**
 * Starts a server.
 *
 * `setupLink` makes the first account; `stop` and `start` end it and bring it back at the same address; `leave` ends it for
 * good and removes what it wrote.
 */
export async function startServer() {
  const root = mkdtempSync(join(tmpdir(), "harness-e2e-"));
  const place = (name) => {
    mkdirSync(join(root, name), { mode: 0o700 });
    return join(root, name);
  };
  const env = {
    ...Object.fromEntries(KEPT.filter((name) => process.env[name]).map((name) => [name, process.env[name]])),
    HOME: place("home"),
    HARNESS_HOME: place("data"),
    LANG: "C.UTF-8",
    TZ: "UTC",
  };
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  let child = null;
  let said = "";

  const start = async () => {
    said = "";
    child = spawn(HARNESS, ["serve", "--bind", `127.0.0.1:${port}`], { env, cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (words) => (said += words));
    }
    const isUp = async () => {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${said}`);
      return (await fetch(`${origin}/api/health`).catch(() => null))?.ok;
    };
    await until(isUp, () => `the server answers:\n${said}`);
  };
  const stop = async () => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    if (await Promise.race([gone.then(() => true), pause(PATIENCE_MS, false, { ref: false })])) return;
    child.kill("SIGKILL");
    await gone;
    throw new Error(`the server did not end by itself:\n${said}`);
  };
  const leave = async () => {
    try {
      await stop();
    } finally {
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
    }
  };
  try {
    await start();
  } catch (error) {
    await leave().catch(() => undefined);
    throw error;
  }
  /** The link for the first account, as the server told it. */
  const setupLink = () => until(() => /https?:\S+\/setup#token=\S+/.exec(said)?.[0], () => `the setup link is told:\n${said}`);
  return { origin, root, start, stop, leave, setupLink };
}

/** Waits until `condition` gives something, and gives it. */
async function until(condition, what) {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await condition();
    if (found) return found;
    if (performance.now() > deadline) throw new Error(`waited ${PATIENCE_MS / 1000} s in vain until ${what()}`);
    await pause(50);
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
