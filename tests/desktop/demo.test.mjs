// The first hour of a person with the program: the demonstration, from an empty start to a restored checkpoint and out.
//
// The agent is the real Claude CLI, answered by the scripted model; the tests are steps of one story.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { until } from "./desk.mjs";
import { closeWindow, openOn, openWindow } from "./window.mjs";

/** A whole rehearsal takes most of a minute on a quiet machine. */
const RUN_PATIENCE_MS = 600_000;

let window;
let project;
before(async () => (window = await openWindow()));
after(() => window?.close());

const cards = async () => window.call("feature_list", { project });
const passing = async () => (await cards()).filter((card) => card.progress === "passing").length;

test("the demonstration is one click away, and says that it is a rehearsal", async () => {
  await window.sees(/Rehearsal/);
  await window.click("button", /Try the demo/);
  await until(async () => /\/p\/\d+\/board/.test(await window.path()), "the board of the demonstration is there");
  project = Number(/\/p\/(\d+)\//.exec(await window.path())[1]);
  await window.find("button", "Start");
});

test("a run fills the board while one looks at it", async () => {
  await window.click("button", "Start");
  await window.find("dialog", /Start a run/);
  await window.click("button", "Start");
  const seen = new Set();
  await until(
    async () => {
      const shown = await window.driver.executeScript("return document.querySelectorAll('[data-card]').length");
      seen.add(shown);
      return (await passing()) > 0;
    },
    "the first card passes",
    RUN_PATIENCE_MS,
  );
  await until(async () => (await window.byCss("[data-card]")).length > 0, "its cards are on the board");
  assert.equal(await window.path(), `/p/${project}/board`, "nobody had to reload or go anywhere");
});

test("at the end every card is under Done, each with the evidence of its checks", async () => {
  await until(
    async () => (await window.call("run_status", { project })).run?.end?.code === "all_passing",
    "the run is through",
    RUN_PATIENCE_MS,
  );
  const all = await cards();
  assert.ok(all.length >= 3, `the specification was turned into several cards: ${all.length}`);
  await window.find("region", new RegExp(`^Done, ${all.length} cards`));
  assert.ok(all.every((card) => card.evidence?.is_passing), "no card is done by word alone");
});

test("the transcript tells what the agent did", async () => {
  await window.press("d");
  await until(async () => (await window.path()).startsWith(`/p/${project}/transcript`), "the page with the transcript is there");
  await window.sees(/feature mark passing/);
});

test("an earlier checkpoint brings files, commits and cards of that time back, and undoing brings the present back", async () => {
  const { path } = await window.call("project_get", { project });
  const head = () => execFileSync("git", ["-C", path, "rev-parse", "HEAD"], { encoding: "utf8" }).trim();
  const [now, all] = [head(), (await cards()).length];
  const listed = await window.call("checkpoint_list", { project });
  const earlier = listed.find(({ cards_done: done }) => done > 0 && done < all / 2);
  assert.ok(earlier, `some checkpoint is of the middle of the run: ${listed.map(({ cards_done: done }) => done)}`);
  const { files } = await window.call("checkpoint_preview", { project, checkpoint: earlier.id });
  const taken = files.filter(({ how }) => how === "deleted").map((file) => join(path, file.path));
  assert.ok(taken.length > 0 && taken.every((file) => existsSync(file)), `files were written since: ${JSON.stringify(files)}`);

  await window.press("6");
  await until(async () => (await window.path()).endsWith("/checkpoints"), "the checkpoints are there");
  await window.go(`/p/${project}/checkpoints?checkpoint=${earlier.id}`);
  await window.find("heading", earlier.name);
  await window.click("button", /^Restore…/);
  await window.find("dialog", /Restore/);
  await window.click("button", "Restore");
  await window.sees(/Restored:/);
  assert.equal(await passing(), earlier.cards_done, "the board is that of then");
  assert.deepEqual(taken.filter((file) => existsSync(file)), [], "what was written later is gone");
  assert.notEqual(head(), now, "so are the commits");
  await window.press("b");
  await window.find("region", new RegExp(`^Done, ${earlier.cards_done} card`));

  await window.press("6");
  await window.click("button", /^Undo/);
  await window.sees(/The restore was undone/);
  assert.equal(await passing(), all, "every card passes again");
  assert.ok(taken.every((file) => existsSync(file)), "the files are back");
  assert.equal(head(), now, "and the commits");
});

test("leaving while a run is under way asks first, and what was asked for happens", async () => {
  await window.call("bug_report", { project, name: "The list shows nothing", description: "An empty page.", steps: ["Open it"] });
  await window.press("b");
  await window.click("button", "Start again");
  await window.click("button", "Start");
  await until(async () => (await window.call("run_status", { project })).is_running, "the run has begun");
  // Only then: before, it could be the CLI that is asked who is logged in.
  await until(() => window.desk.agents().length > 0, "an agent is at work");

  closeWindow(window.desk);
  await window.find("dialog", /A run is active/);
  await window.click("button", "Cancel");
  // A child that is about to become another program still bears the name.
  assert.ok(window.desk.programs().length >= 1, "the person changed their mind");

  closeWindow(window.desk);
  await window.find("button", "Stop now and quit");
  // The program may be gone before the click is answered; whether it is gone is looked at next.
  await window.click("button", "Stop now and quit").catch(() => {});
  await until(() => window.desk.programs().length === 0, "the program has ended");
  assert.deepEqual(window.desk.agents(), [], "no agent outlives the program");

  const again = await openOn(window.desk);
  const [run] = await again.call("run_list", { project });
  assert.equal(run.end.code, "stopped", "the run was ended in order, not cut off");
  Object.assign(window, again);
});
