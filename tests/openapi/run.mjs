// npm run test:openapi: schemathesis against a running server, in a directory of its own that is removed afterwards.
//
// It needs python3 and installs schemathesis from PyPI outside the repository. HARNESS names another program than the
// debug build, SCHEMATHESIS one that is installed already; EXAMPLES and PHASES are schemathesis' own, SEED repeats a run.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const VERSION = "4.32.5";
const EXAMPLES = process.env.EXAMPLES ?? "5";
const PHASES = process.env.PHASES ?? "coverage,fuzzing,stateful";
// With several workers CPython 3.11 fails now and then within schemathesis, and an operation is left out.
const WORKERS = "1";

const root = fileURLToPath(new URL("../..", import.meta.url));
const program = process.env.HARNESS ?? join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "debug", "harness");
const place = mkdtempSync(join(tmpdir(), "harness-openapi-"));
const env = {
  PATH: process.env.PATH,
  HOME: join(place, "home"),
  HARNESS_HOME: join(place, "data"),
  ALLOWED_ROOT_DIRECTORY: join(place, "projects"),
};
const harness = (...words) => execFileSync(program, words, { env, cwd: join(place, "home"), encoding: "utf8" });

/** The schemathesis to run: the one that was named, or one in a Python environment of its own. */
function schemathesis() {
  if (process.env.SCHEMATHESIS) return process.env.SCHEMATHESIS;
  const venv = join(place, "venv");
  execFileSync("python3", ["-m", "venv", venv], { stdio: "inherit" });
  execFileSync(join(venv, "bin", "pip"), ["install", "--quiet", `schemathesis==${VERSION}`], { stdio: "inherit" });
  return join(venv, "bin", "schemathesis");
}

/** The projects, and a token that is none of the first: those are revoked by number. */
function setUp() {
  for (const name of ["home", "data", "projects"]) mkdirSync(join(place, name));
  // The lowest numbers too are those of projects without a directory: whatever number is guessed starts nothing.
  for (const name of ["one", "two", "three", "gone", "todo"]) {
    mkdirSync(join(place, "projects", name));
    harness("projects", "add", join(place, "projects", name));
    if (name !== "todo") rmSync(join(place, "projects", name), { recursive: true });
  }
  const tokens = ["first", "second", "third", "asks"].map((name) => harness("token", "create", name, "--role", "admin").trim());
  return tokens.at(-1);
}

/** Starts the server and gives its address. */
async function serve() {
  const server = spawn(program, ["serve", "--bind", "127.0.0.1:0"], {
    env: { ...env, HARNESS_LOG: "error" },
    cwd: join(place, "home"),
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: server.stdout })) {
    const url = /https?:\/\/\S+/.exec(line)?.[0];
    if (url) return { server, url };
  }
  throw new Error("the server did not start");
}

let status = 1;
let server;
try {
  const token = setUp();
  const tool = schemathesis();
  let url;
  ({ server, url } = await serve());
  const words = ["--config-file", fileURLToPath(new URL("schemathesis.toml", import.meta.url))];
  words.push("run", `${url}/api/openapi.json`, "--header", `Authorization: Bearer ${token}`, "--checks", "all");
  words.push("--phases", PHASES, "--max-examples", EXAMPLES, "--workers", WORKERS, "--continue-on-failure");
  words.push("--request-timeout", "60", "--generation-database", "none");
  if (process.env.SEED) words.push("--seed", process.env.SEED);
  status = spawnSync(tool, words, { stdio: "inherit", cwd: place, env: { ...env, NO_COLOR: "1" } }).status ?? 1;
} finally {
  server?.kill("SIGTERM");
  rmSync(place, { recursive: true, force: true });
}
process.exit(status);
