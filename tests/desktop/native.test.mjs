// What only a program at a person's desk can do: the system's dialogs, editor, file manager, the CLI's login, and a
// window that is where it was left.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { sitDown, until } from "./desk.mjs";
import { furnish, typeInto } from "./furniture.mjs";
import { closeWindow, openOn, startAgain } from "./window.mjs";

let desk;
let desktop;
let window;
let project;
before(async () => {
  desk = await sitDown();
  desktop = await furnish(desk);
  window = await openOn(desk);
});
after(() => desk?.leave());

const inHome = (...names) => join(desk.env.HOME, ...names);

test("a folder that is chosen in the system's dialog becomes a project, and Escape chooses none", async () => {
  mkdirSync(inHome("code", "shop"), { recursive: true });
  writeFileSync(inHome("code", "shop", "main.js"), "console.log(1);\n");
  await window.click("button", /^Open a folder/);
  await typeInto(desk, "^Open a folder as a project$", { key: "Escape" });
  await window.find("button", /^Open a folder/);
  assert.deepEqual(await window.call("project_list"), [], "nothing was chosen");

  await window.click("button", /^Open a folder/);
  await typeInto(desk, "^Open a folder as a project$", { key: "ctrl+l" }, inHome("code", "shop"), { key: "Return" });
  // The first Return takes what the dialog completed, as it does for a person.
  await typeInto(desk, "^Open a folder as a project$", { key: "Return" });
  const [opened] = await until(async () => {
    const listed = await window.call("project_list");
    return listed.length === 1 && listed;
  }, "the folder is a project");
  assert.equal(opened.path, inHome("code", "shop"));
  project = opened.id;
});

test("a file opens in the editor that the settings name, as one argument, and nothing outside the project does", async () => {
  const editor = inHome("my editor");
  writeFileSync(editor, `#!/bin/sh\nprintf '%s\\n' "$@" > ${inHome("edited")}\n`);
  chmodSync(editor, 0o755);
  const settings = await window.call("app_settings_read");
  await window.call("app_settings_write", { ...settings, editor_command: `'${editor}' --at {path}:{line}` });
  await window.host("open_in_editor", { project, path: "main.js", line: 3 });
  await until(() => existsSync(inHome("edited")) && readFileSync(inHome("edited"), "utf8").endsWith("\n"), "the editor was started");
  assert.equal(readFileSync(inHome("edited"), "utf8"), `--at\n${inHome("code", "shop", "main.js")}:3\n`);
  await assert.rejects(window.host("open_in_editor", { project, path: "../../my editor" }), /in no project/);
  await window.call("app_settings_write", { ...settings, editor_command: "/nowhere/editor {path}" });
  await assert.rejects(window.host("open_in_editor", { project, path: "main.js" }), /Change the editor command in the settings/);
});

test("a project's folder is shown in the file manager, and no other place", async () => {
  await window.host("reveal", { path: inHome("code", "shop") });
  const [shown] = await until(() => desktop.about("show_items").length > 0 && desktop.about("show_items"), "the file manager was asked");
  assert.deepEqual(shown.uris, [`file://${inHome("code", "shop")}`]);
  await assert.rejects(window.host("reveal", { path: desk.env.HOME }), /in no project/);
});

test("the CLI's own login is run from the page, which shows what it says and can end it", async () => {
  await window.go("/setup");
  await window.click("button", "Log in…");
  await until(() => desk.agents().length > 0, "the CLI runs");
  await window.sees(/https:\/\/\S+/);
  await window.click("button", "Cancel");
  await until(() => desk.agents().length === 0, "the CLI has ended");
  await window.sees(/The login ended without success/);
});

test("a link to a card opens that card", async () => {
  const created = await window.call("bug_report", { project, name: "Totals are wrong", description: "Off by one.", steps: ["Add"] });
  await startAgain(desk, [`auto-agent-harness://project/${project}/feature/${created.id}`]);
  await until(async () => (await window.path()) === `/p/${project}/feature/${created.id}`, "the card is open");
  await window.sees("Totals are wrong");
});

test("a file for which no editor was chosen is never run: what is no plain text is shown in its folder", async () => {
  const settings = await window.call("app_settings_read");
  await window.call("app_settings_write", { ...settings, editor_command: null });
  writeFileSync(inHome("code", "shop", "deploy.sh"), `#!/bin/sh\ntouch ${inHome("was-run")}\n`);
  chmodSync(inHome("code", "shop", "deploy.sh"), 0o755);
  await window.host("open_in_editor", { project, path: "deploy.sh" });
  const shown = () => desktop.about("show_items").at(-1)?.uris.join();
  await until(() => shown() === `file://${inHome("code", "shop", "deploy.sh")}`, "the file manager shows it");
  assert.ok(!existsSync(inHome("was-run")), "looking at it runs nothing");
});

test("a window is where it was left, and as large", async () => {
  const left = { x: 90, y: 60, width: 1010, height: 620 };
  await window.driver.manage().window().setRect(left);
  await until(async () => (await window.driver.manage().window().getRect()).width === left.width, "it has that size");
  closeWindow(desk);
  await until(() => desk.programs().length === 0, "the program has ended");
  window = await openOn(desk, { width: 0 });
  // The system gives a new window its size a moment after it is there.
  await until(async () => {
    const { width, height } = await window.driver.manage().window().getRect();
    return width === left.width && height === left.height;
  }, "it is as large as it was left");
});

test("a link that starts the program leads to its card at once", async () => {
  const [card] = await window.call("feature_list", { project });
  closeWindow(desk);
  await until(() => desk.programs().length === 0, "the program has ended");
  window = await openOn(desk, { args: [`auto-agent-harness://project/${project}/feature/${card.id}`] });
  await window.sees("Totals are wrong");
  assert.equal(await window.path(), `/p/${project}/feature/${card.id}`);
});
