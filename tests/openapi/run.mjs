// npm run test:openapi: schemathesis against a running server, in a directory of its own that is removed afterwards.
//
// It needs python3 and installs schemathesis from PyPI outside the repository. HARNESS names another program than the
// debug build; SCHEMATHESIS one that is installed already; EXAMPLES, PHASES and MAX_TIME (seconds) bound the run.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const VERSION = "4.32.5";
const EXAMPLES = process.env.EXAMPLES ?? "15";
// Whether words make sense (a path that exists, a circle of cards) is no schema's business: such input is refused with
// an ApiError although its shape is right. Every other check counts.
const UNFIT = "positive_data_acceptance,negative_data_rejection,missing_required_header,unsupported_method";
// They would start agents, or end the very token that asks.
const LEFT_OUT = "/(agent/(start|resume|graceful-resume)|sandbox-proof|api/tokens|api/users|api/devices|api/pairing)";

const root = fileURLToPath(new URL("../..", import.meta.url));
const program = process.env.HARNESS ?? join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "debug", "harness");
const place = mkdtempSync(join(tmpdir(), "harness-openapi-"));
for (const name of ["home", "data", "projects", "projects/todo"]) mkdirSync(join(place, name));
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

/** Starts the server and gives its address. */
async function serve() {
  const server = spawn(program, ["serve", "--bind", "127.0.0.1:0"], {
    env,
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
  harness("projects", "add", join(place, "projects", "todo"));
  const token = harness("token", "create", "schemathesis", "--role", "admin").trim();
  const tool = schemathesis();
  let url;
  ({ server, url } = await serve());
  const words = ["run", `${url}/api/openapi.json`, "--header", `Authorization: Bearer ${token}`];
  words.push("--exclude-path-regex", LEFT_OUT, "--max-examples", EXAMPLES, "--exclude-checks", UNFIT);
  words.push("--request-timeout", "60", "--phases", process.env.PHASES ?? "coverage,fuzzing", "--generation-database", "none");
  if (process.env.MAX_TIME) words.push("--max-time", process.env.MAX_TIME);
  status = spawnSync(tool, words, { stdio: "inherit", cwd: place, env: { ...env, NO_COLOR: "1" } }).status ?? 1;
} finally {
  server?.kill("SIGTERM");
  rmSync(place, { recursive: true, force: true });
}
process.exit(status);
