// What the program does outside of its window: the tray, notifications, the machine's sleep, and leaving.
//
// The desktop is a stand-in on a bus of its own, the agent the real Claude CLI with a scripted model.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { sitDown, until } from "./desk.mjs";
import { furnish, isWindowShown } from "./furniture.mjs";
import { closeWindow, openOn, startAgain } from "./window.mjs";

const RUN_PATIENCE_MS = 300_000;

let desk;
let desktop;
let window;
before(async () => {
  desk = await sitDown();
  desktop = await furnish(desk);
  window = await openOn(desk);
  mkdirSync(join(desk.env.HOME, "code"));
});
after(() => desk?.leave());

/** A project with that scripted agent at work in it. */
async function begin(name, rehearsal) {
  const { id: project } = await window.call("project_create", { name, parent_dir: join(desk.env.HOME, "code"), template: "empty" });
  await window.call("run_start", { project, mode: "auto", rehearsal });
  return project;
}

const status = (project) => window.call("run_status", { project });
const ended = (project) => until(async () => !(await status(project)).is_running, "the run is over", RUN_PATIENCE_MS);
const settings = async (change) => window.call("app_settings_write", { ...(await window.call("app_settings_read")), ...change });
const told = (title) => desktop.about("notify").filter((said) => title.test(said.title)).length;
const stopLine = async () => (await desktop.menu()).find(({ label }) => label === "Stop all runs");

test("the tray says how things are, by the project's present name, and stops a run", async () => {
  await desktop.trayTells(/^No run is under way$/);
  assert.equal((await stopLine()).isEnabled, false, "there is nothing to stop");
  const project = await begin("sums", "hangs");
  await desktop.trayTells(/^sums: 0 of 1 done/);
  await window.call("project_rename", { project, name: "Totals" });
  await desktop.trayTells(/^Totals: 0 of 1 done/);
  await desktop.choose("Stop all runs");
  await desktop.trayTells(/^No run is under way$/);
  await ended(project);
  assert.equal((await status(project)).run.end.code, "stopped");
  assert.deepEqual(desktop.about("notify"), [], "whoever stopped it knows");
});

test("the machine stays awake while an agent works, and as long as the person wants that", async () => {
  await until(() => desktop.held().length === 0, "the run before keeps nothing awake any more");
  const project = await begin("awake", "hangs");
  await until(() => desktop.held().join() === "idle,sleep", "the machine is kept awake");
  const { who, why } = desktop.about("inhibit").at(-1);
  assert.deepEqual([who, why], ["Auto Agent Harness", "An agent is working"], "the power settings can name who and why");
  await settings({ keep_awake: false });
  await until(() => desktop.held().length === 0, "the machine may sleep at once");
  await settings({ keep_awake: true });
  await until(() => desktop.held().length === 2, "and is kept awake again");
  await window.call("run_stop", { project });
  await until(() => desktop.held().length === 0, "nothing works, so the machine may sleep");
});

test("a limit is told, unless the person turned that off", async () => {
  const project = await begin("limited", "rate-limited");
  const waits = () => until(async () => (await status(project)).until_ms !== null, "the run waits for the account", RUN_PATIENCE_MS);
  await desktop.notification(/^limited: the account's limit is reached$/);
  await waits();
  await window.call("run_stop", { project });
  await ended(project);
  const { notify } = await window.call("app_settings_read");
  await settings({ notify: { ...notify, limit: false } });
  await window.call("run_start", { project, mode: "auto", rehearsal: "rate-limited" });
  await waits();
  await window.call("run_stop", { project });
  await ended(project);
  assert.equal(told(/^limited:/), 1, "the second time it was turned off");
});

test("the end of a run is told with what came of it", async () => {
  const project = await begin("sums again", "slow");
  const { body, from } = await desktop.notification(/^sums again: the run is finished$/);
  assert.equal(from, "Auto Agent Harness");
  assert.match(body, /2 of 2 features pass/);
  await ended(project);
});

test("what needs a person or is blocked is told, and a click opens the card, also when the window was closed", async () => {
  const asking = await begin("asking", "asks-human");
  const question = await desktop.notification(/^asking: (a card needs your answer|an agent waits for you)$/);
  await ended(asking);
  await settings({ close_to_tray: true });
  closeWindow(desk);
  await until(() => !isWindowShown(desk), "the window is closed");
  assert.equal(desk.programs().length, 1, "the program stays in the tray");
  desktop.click(question);
  await until(() => isWindowShown(desk), "the window is back");
  const [card] = await window.call("feature_list", { project: asking });
  await until(async () => (await window.path()) === `/p/${asking}/feature/${card.id}`, "the card that asks is open");

  const blocked = await begin("stuck", "gives-up");
  const parked = await desktop.notification(/^stuck: a card is blocked$/);
  await ended(blocked);
  const parkedCard = (await window.call("feature_list", { project: blocked })).find(({ status }) => status === "blocked");
  desktop.click(parked);
  await until(async () => (await window.path()) === `/p/${blocked}/feature/${parkedCard.id}`, "the card that is blocked is open");
});

test("a window that was closed comes back from the tray's menu and by a second start", async () => {
  for (const back of [() => desktop.choose("Open Auto Agent Harness"), () => startAgain(desk, [])]) {
    closeWindow(desk);
    await until(() => !isWindowShown(desk), "the window is closed");
    await back();
    await until(() => isWindowShown(desk), "the window is back");
    assert.equal(desk.programs().length, 1, "it is the same program");
  }
});

test("leaving by the tray while an agent works asks; it can stay in the tray, or end with its session", async () => {
  const project = await begin("leaving", "slow");
  await until(() => desk.agents().length > 0, "an agent is at work");
  await desktop.choose("Quit");
  await window.clickAway("button", "Keep running in the tray");
  await until(() => !isWindowShown(desk), "the window is closed");
  // A page that is not on the screen answers nobody.
  // The card of an earlier test still asks.
  await desktop.trayTells(/^leaving: \d of 2 done( · 1 request waits for you)?$/);
  assert.deepEqual(desktop.held(), ["idle", "sleep"], "the run goes on");

  await desktop.choose("Quit");
  await until(() => isWindowShown(desk), "the question is on the screen");
  await window.clickAway("button", "Finish this session, then quit");
  await until(() => desk.programs().length === 0, "the program has ended", RUN_PATIENCE_MS);
  assert.deepEqual(desk.agents(), [], "no agent outlives the program");
  assert.deepEqual(desktop.held(), [], "nothing keeps the machine awake any more");

  window = await openOn(desk);
  const [run] = await window.call("run_list", { project });
  assert.equal(run.end.code, "paused", "its session was finished, not cut off");
});
