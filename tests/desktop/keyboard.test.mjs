// The board without a mouse: everything a person needs is reached by keys, and the focus is always somewhere sensible.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until } from "./desk.mjs";
import { Key, openWindow } from "./window.mjs";

let window;
let project;
before(async () => (window = await openWindow()));
after(() => window?.close());

/** Presses Tab until the focus is on that element, as a person does. */
async function tabTo(role, name, most = 60) {
  for (let presses = 0; presses < most; presses++) {
    const at = await window.focus();
    if (at.role === role && name.test(at.name)) return;
    await window.press(Key.TAB);
  }
  assert.fail(`${most} presses of Tab do not reach the ${role} ${name}; the focus is on ${JSON.stringify(await window.focus())}`);
}

const cards = async () => window.call("feature_list", { project });

test("the demonstration is begun with Tab and Enter", async () => {
  await window.find("button", /Try the demo/);
  await tabTo("button", /Try the demo/);
  await window.press(Key.ENTER);
  await until(async () => /\/p\/\d+\/board/.test(await window.path()), "the board is there");
  project = Number(/\/p\/(\d+)\//.exec(await window.path())[1]);
});

test("a card is added with N, typing and Enter, and the focus comes back", async () => {
  await window.find("button", "Add");
  await window.press("n");
  await window.find("dialog", /Add/);
  assert.equal((await window.focus()).role, "textbox", "one can type at once");
  await window.press(..."Remember the window's size");
  await tabTo("button", /^Add the card/);
  await window.press(Key.ENTER);
  const [card] = await until(async () => (await cards()).length === 1 && (await cards()), "the card is there");
  assert.equal(card.name, "Remember the window's size");
  await until(async () => !(await window.has("dialog", /Add/)), "the form is closed");
});

test("a card is reached by arrows, pinned with P and deleted with Delete, and Undo brings it back", async () => {
  await window.find("group", /Remember the window's size/);
  await tabTo("group", /Remember the window's size/);
  await window.press("p");
  await until(async () => (await cards())[0].is_pinned, "the card is pinned");
  await window.press(Key.DELETE);
  await until(async () => (await cards()).length === 0, "the card is gone");
  await tabTo("button", /^Undo/);
  await window.press(Key.ENTER);
  await until(async () => (await cards()).length === 1, "the card is back");
});

test("the palette leads anywhere, and Escape closes what is open", async () => {
  await window.chord(Key.CONTROL, "k");
  await window.find("dialog", /Command/);
  await window.press(..."checkpoints");
  await window.press(Key.ENTER);
  await until(async () => (await window.path()).endsWith("/checkpoints"), "the checkpoints are there");
  await window.press("?");
  await window.find("dialog", /Shortcuts/);
  // A dialog takes keys from the frame after the one it opens in: whoever is as quick as a driver presses once more.
  const isClosed = async () => {
    await window.press(Key.ESCAPE);
    return !(await window.has("dialog", /Shortcuts/));
  };
  await until(isClosed, "the shortcuts are closed");
});
