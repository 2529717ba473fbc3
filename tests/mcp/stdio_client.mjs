// Speaks to `harness mcp` as any MCP client does, with the official SDK, and checks what comes back.
//
//   node tests/mcp/stdio_client.mjs --harness target/debug/harness --project DIR [--rounds N]
//
// DIR is a git repository of its own, without features and without checks; HARNESS_HOME says where the data is.
// Prints one line of JSON: {"ok":true,…} and exits 0, or {"ok":false,"step":…,"error":…} and exits 1.
// With --rounds, also measures that many feature_get_next round trips, in milliseconds.

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ErrorCode } from "@modelcontextprotocol/sdk/types.js";
import assert from "node:assert/strict";
import { parseArgs } from "node:util";

/** The whole conversation takes seconds; a server that hangs must not take the test with it. */
const LIMIT_MS = 120_000;

const TOOLS = [
  "bug_get_status",
  "bug_mark_resolved",
  "feature_add_dependency",
  "feature_claim_and_get",
  "feature_clear_in_progress",
  "feature_create",
  "feature_create_bulk",
  "feature_get_blocked",
  "feature_get_by_id",
  "feature_get_for_regression",
  "feature_get_graph",
  "feature_get_next",
  "feature_get_ready",
  "feature_get_stats",
  "feature_get_summary",
  "feature_import_existing",
  "feature_mark_failing",
  "feature_mark_in_progress",
  "feature_mark_passing",
  "feature_remove_dependency",
  "feature_request_human_input",
  "feature_set_dependencies",
  "feature_skip",
  "project_completion_check",
];

const { values: options } = parseArgs({
  options: {
    harness: { type: "string" },
    project: { type: "string" },
    rounds: { type: "string", default: "0" },
  },
});

let step = "start";
const report = { ok: true };

/** Starts a server and shakes hands. */
async function connect() {
  const transport = new StdioClientTransport({
    command: options.harness,
    args: ["mcp", "--project", options.project],
    env: { ...process.env },
    stderr: "pipe",
  });
  const noise = [];
  transport.stderr.on("data", (chunk) => noise.push(chunk));
  const client = new Client({ name: "stdio-client", version: "1.0.0" });
  client.onerror = (error) => noise.push(String(error));
  await client.connect(transport);
  return { client, transport, noise };
}

async function call(client, name, args = {}) {
  const result = await client.callTool({ name, arguments: args });
  assert.equal(result.content[0]?.type, "text", `${name} answers with text`);
  return result;
}

/** A call that must succeed; its structured content. */
async function ok(client, name, args) {
  const result = await call(client, name, args);
  assert.notEqual(result.isError, true, `${name} succeeds: ${result.content[0].text}`);
  assert.deepEqual(JSON.parse(result.content[0].text), result.structuredContent, `${name}'s text and structure agree`);
  return result.structuredContent;
}

/** A call that must be refused as a result; its words. */
async function refused(client, name, args, words) {
  const result = await call(client, name, args);
  const text = result.content[0].text;
  assert.equal(result.isError, true, `${name} is refused: ${text}`);
  assert.match(text, words, `${name} says why`);
  assert.equal(typeof result.structuredContent.message, "string", `${name} says why to programs too`);
}

function feature(name, more = {}) {
  return { category: "api", name, description: `${name} works.`, steps: ["Call it.", "See it."], ...more };
}

/** Ends the conversation, and checks that the server ended with it and said nothing but protocol. */
async function leave({ client, transport, noise }) {
  const { pid } = transport;
  await client.close();
  assert.throws(() => process.kill(pid, 0), { code: "ESRCH" }, "the server ends with its client");
  assert.equal(noise.join(""), "", "nothing but protocol was said");
}

function percentile(sorted, share) {
  return Number(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(3));
}

async function measure(client, rounds) {
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    await client.callTool({ name: "feature_get_next", arguments: {} });
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return { rounds, p50_ms: percentile(times, 0.5), p99_ms: percentile(times, 0.99) };
}

async function main() {
  assert.ok(options.harness && options.project, "--harness and --project are needed");

  step = "handshake";
  const connection = await connect();
  const { client } = connection;
  assert.equal(client.getServerVersion().name, "auto-agent-harness", "the server says who it is");
  assert.match(client.getInstructions(), /feature_get_next/, "and how to use it");
  await client.ping();

  step = "list";
  const { tools } = await client.listTools();
  report.tools = tools.map((tool) => tool.name).sort();
  assert.deepEqual(report.tools, TOOLS, "every documented tool is offered");

  step = "create";
  const empty = await ok(client, "feature_get_stats");
  assert.equal(empty.total, 0, "the project has no features yet");
  const created = await ok(client, "feature_create_bulk", {
    features: JSON.stringify([feature("First"), feature("Second", { depends_on_index: ["0"] })]),
  });
  assert.equal(created.created, 2, "a list inside text is a list");
  const [first, second] = created.features.map((card) => card.id);

  step = "look";
  const ready = await ok(client, "feature_get_ready");
  assert.deepEqual(ready.features.map((card) => card.id), [first], "one can start");
  const blocked = await ok(client, "feature_get_blocked");
  assert.deepEqual(blocked.features[0].blocked_by, [first], "the other waits for it");
  assert.equal((await ok(client, "feature_get_by_id", { feature_id: `${second}` })).name, "Second", "a number may be text");

  step = "refuse";
  await refused(client, "feature_get_by_id", { feature_id: "seven" }, /feature_id.*seven/);
  await refused(client, "feature_get_by_id", { feature_id: first, deep: true }, /unknown field `deep`/);
  await refused(client, "feature_create_bulk", { features: [feature("Bad", { arch_layer: 9 })] }, /features\[0\] \("Bad"\)/);
  await refused(client, "feature_add_dependency", { feature_id: first, dependency_id: second }, /circle/);
  await assert.rejects(client.callTool({ name: "no_such_tool", arguments: {} }), { code: ErrorCode.InvalidParams });

  step = "claim";
  const next = await ok(client, "feature_get_next");
  assert.deepEqual([next.type, next.feature.id], ["feature", first], "the first in line is offered");
  const verdict = await call(client, "feature_mark_passing", { feature_id: first });
  assert.equal(verdict.isError, true, `nothing passes without a check that succeeds: ${verdict.content[0].text}`);

  step = "concurrency";
  const answers = await Promise.all(Array.from({ length: 20 }, () => ok(client, "feature_get_stats")));
  assert.ok(answers.every((stats) => stats.total === 2 && stats.in_progress === 1), "twenty at once are all answered");

  const rounds = Number(options.rounds);
  if (rounds > 0) {
    step = "measure";
    report.feature_get_next = await measure(client, rounds);
  }

  step = "leave";
  await leave(connection);

  step = "return";
  const again = await connect();
  const back = await ok(again.client, "feature_get_by_id", { feature_id: first });
  assert.equal(back.status, "pending", "what the client held went back into the queue");
  await leave(again);
}

function finish(outcome, code) {
  process.stdout.write(`${JSON.stringify(outcome)}\n`, () => process.exit(code));
}

setTimeout(() => finish({ ok: false, step, error: `not done after ${LIMIT_MS} ms` }, 1), LIMIT_MS).unref();
main().then(
  () => finish(report, 0),
  (error) => finish({ ok: false, step, error: error.message }, 1),
);
