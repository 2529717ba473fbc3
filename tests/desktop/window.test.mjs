// The window itself: that there is one, that there is only one, and what its page may do.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until } from "./desk.mjs";
import { openWindow, startAgain } from "./window.mjs";

let window;
before(async () => (window = await openWindow()));
after(() => window?.close());

const again = (args, env) => startAgain(window.desk, args, env);

test("the first start offers what a person can do with no project yet", async () => {
  await window.find("button", /demo/i);
  const listed = await window.call("project_list");
  assert.deepEqual(listed, [], "nothing was registered by looking");
});

test("a second start ends at once and leaves one program", async () => {
  const [first] = window.desk.programs();
  const { code } = await again([]);
  assert.equal(code, 0, "it did what was asked: the window is there");
  assert.deepEqual(window.desk.programs(), [first], "two programs would work on one data directory");
});

test("a link that names a project leads the window there, also from a second start", async () => {
  const before = await window.path();
  const { code } = await again(["auto-agent-harness://project/4711"]);
  assert.equal(code, 0);
  await until(async () => (await window.path()) !== before, "the window went where the link leads");
  assert.match(await window.path(), /4711/, "it went to that project");
});

test("what is no link of the program is refused with a sentence", async () => {
  for (const wrong of ["auto-agent-harness://settings", "https://example.org", "--verbose"]) {
    const { code, said } = await again([wrong]);
    assert.equal(code, 2, `${wrong} is nothing the program knows`);
    assert.match(said, /--help/, "it says where to read more");
  }
});

test("without a screen the program says what works instead", async () => {
  const { DISPLAY, ...env } = window.desk.env;
  const { code, said } = await again([], env);
  assert.equal(code, 1);
  assert.match(said, /no screen/);
  assert.match(said, /harness run/);
  const unreachable = await again([], { ...env, DISPLAY: ":4711" });
  assert.equal(unreachable.code, 1);
  assert.match(unreachable.said, /does not answer/, "a screen that is gone is told apart from a fault of the program");
});

test("the page can reach nothing but the program: no net, no other page, no command that is not listed", async () => {
  const tried = await window.driver.executeAsyncScript(`
    const done = arguments[arguments.length - 1];
    const refusal = (work) => Promise.resolve().then(work).then(() => "done", (error) => "refused: " + error);
    Promise.all([
      refusal(() => fetch("https://example.org")),
      refusal(() => window.__TAURI_INTERNALS__.invoke("plugin:window|close", {})),
      refusal(() => window.__TAURI_INTERNALS__.invoke("plugin:shell|execute", { program: "true" })),
      refusal(() => window.__TAURI_INTERNALS__.invoke("no_such_command", {})),
      refusal(() => new Function("return 1")()),
    ]).then(done);`);
  for (const [index, outcome] of tried.entries()) assert.match(outcome, /^refused/, `attempt ${index + 1} got through`);
  const before = await window.path();
  await window.driver.executeScript("location.href = 'https://example.org/'");
  assert.equal(await window.path(), before, "the window stays with its own pages");
});
