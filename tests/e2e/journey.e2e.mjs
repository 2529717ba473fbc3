// One story, from a fresh server to a restarted one: who comes in, what they see, and what happens when they are cut off.
import { expect, test } from "@playwright/test";
import { addCard, card, heading, isTooWide, makeDemo, PASSWORD, setUp, signIn, watchPolicy } from "./person.mjs";
import { startServer } from "./server.mjs";

/** A whole rehearsal takes most of a minute on a quiet machine. */
const RUN_PATIENCE_MS = 240_000;

test.describe.configure({ mode: "serial" });

let server;
let desk;
let page;
let project;
let refused;

test.beforeAll(async ({ browser }) => {
  server = await startServer();
  desk = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  refused = await watchPolicy(desk);
  page = await desk.newPage();
});
test.afterAll(async () => {
  await desk?.close();
  await server?.leave();
});

test("a fresh server lets nobody in but with its setup link, which works once", async () => {
  await page.goto(server.origin);
  await expect(heading(page, "The first account")).toBeVisible();
  const link = await server.setupLink();
  await setUp(page, server);
  expect(page.url(), "the secret has left the address").not.toContain("token");
  const stranger = await (await desk.browser().newContext()).newPage();
  await stranger.goto(link);
  await expect(heading(stranger, "Sign in"), "a second use makes nobody an admin").toBeVisible();
  await stranger.context().close();
});

test("whoever follows a link signs in first, by keyboard alone, and is where the link leads", async () => {
  const context = await desk.browser().newContext();
  const other = await context.newPage();
  await other.goto(`${server.origin}/settings?section=people`);
  await expect(heading(other, "Sign in")).toBeVisible();
  await other.keyboard.type("mira");
  await other.keyboard.press("Tab");
  await other.keyboard.type("wrong password");
  await other.keyboard.press("Enter");
  await expect(other.getByText(/You are not signed in/)).toBeVisible();
  await other.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await other.keyboard.press("Enter");
  await expect(other.getByText("People who can sign in")).toBeVisible();
  await context.close();
});

test("the board of a rehearsal fills while one looks at it", async () => {
  project = await makeDemo(page, server);
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Start", exact: true }).click();
  await expect(page.getByRole("button", { name: "Stop" })).toBeEnabled({ timeout: RUN_PATIENCE_MS });
  await expect(page.locator("[data-card]").first(), "its cards come by themselves").toBeVisible({ timeout: RUN_PATIENCE_MS });
  await expect(page.getByRole("region", { name: /^Done, [1-9]/ }), "and pass by themselves").toBeVisible({
    timeout: RUN_PATIENCE_MS,
  });
  expect(new URL(page.url()).pathname, "nobody had to reload or go anywhere").toBe(`/p/${project}/board`);
});

test("a second device is let in by a code, sees the same board at once, and is cut off at once", async ({ browser }) => {
  await page.goto(`${server.origin}/settings?section=network`);
  await page.getByRole("button", { name: "Show a pairing code" }).click();
  await expect(page.getByRole("img", { name: /Pairing code/ })).toBeVisible();
  const link = await page.getByText(/\/pair#code=/).textContent();

  const phone = await browser.newContext({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  const held = await phone.newPage();
  await held.goto(server.origin + new URL(link).pathname + new URL(link).hash);
  await held.getByLabel("Name of this device").fill("Pocket phone");
  await held.getByRole("button", { name: "Pair", exact: true }).click();
  await expect(heading(held, "Projects")).toBeVisible();
  await expect(page.getByText("Pocket phone is signed in.").first(), "the desk sees it come in").toBeVisible();

  await held.goto(`${server.origin}/p/${project}/board`);
  await expect(held.getByRole("navigation", { name: "Columns" })).toBeVisible();
  expect(await isTooWide(held)).toBe(false);
  // A board draws the cards in view only; the filter brings the one that is meant.
  await held.goto(`${server.origin}/p/${project}/board?q=pocket`);
  await expect(heading(held, "Board")).toBeVisible();
  await page.goto(`${server.origin}/p/${project}/board`);
  await addCard(page, "Seen from the pocket");
  await expect(card(held, "Seen from the pocket"), "what one device does, the other shows").toBeVisible();

  await page.goto(`${server.origin}/settings?section=network`);
  await page.getByRole("button", { name: "Sign out Pocket phone" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Sign out" }).click();
  await expect(held.getByRole("dialog", { name: "Sign in again" }), "without a touch of the phone").toBeVisible();
  await expect(card(held, "Seen from the pocket"), "nothing of the board is seen any more").toBeHidden();
  await phone.close();
});

test("an access that runs out is renewed without a word", async () => {
  await page.goto(`${server.origin}/p/${project}/board?q=renewed`);
  await expect(heading(page, "Board")).toBeVisible();
  const all = await desk.cookies(`${server.origin}/api/auth`);
  const access = all.find(({ name }) => name.includes("access"));
  await desk.clearCookies({ name: access.name });
  await addCard(page, "Made with a renewed access");
  await expect(card(page, "Made with a renewed access")).toBeVisible();
  await expect(page.getByRole("dialog", { name: "Sign in again" })).toHaveCount(0);
});

test("a session that ends over a half-written card asks for the password, and the card is made after all", async () => {
  await page.goto(`${server.origin}/p/${project}/board?q=ended`);
  // Whatever the page asks when it opens must not be the first to hear that the session has ended.
  await page.waitForLoadState("networkidle");
  await page.getByRole("button", { name: /^Add/ }).first().click();
  await page.getByRole("textbox", { name: "Title" }).fill("Written over an ended session");
  await desk.clearCookies();
  await page.getByRole("button", { name: "Add the card" }).click();
  const again = page.getByRole("dialog", { name: "Sign in again" });
  await expect(again.getByLabel("Name", { exact: true })).toHaveValue("mira");
  await again.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.keyboard.press("Enter");
  await expect(again).toHaveCount(0);
  await expect(card(page, "Written over an ended session"), "it was pressed once, and once is enough").toBeVisible();
  await expect(card(page, "Written over an ended session")).toHaveCount(1);
});

test("a server that is started anew is found again, and nothing that happened meanwhile is missing", async () => {
  await page.goto(`${server.origin}/p/${project}/board?q=away`);
  await expect(heading(page, "Board")).toBeVisible();
  await server.stop();
  await expect(page.getByText(/The connection to the host is lost/)).toBeVisible();
  await server.start();
  // Done by another browser, perhaps before this one has found the server again.
  const context = await desk.browser().newContext();
  const other = await context.newPage();
  await other.goto(`${server.origin}/p/${project}/board?q=away`);
  await signIn(other);
  await addCard(other, "Made while one was away");
  await expect(card(other, "Made while one was away")).toBeVisible();
  await context.close();
  await expect(card(page, "Made while one was away"), "without a reload").toBeVisible({ timeout: 60_000 });
  await expect(page.getByText(/The connection to the host is lost/)).toHaveCount(0);
});

test("signing out ends the session in every window of the browser", async () => {
  const second = await desk.newPage();
  await second.goto(`${server.origin}/p/${project}/board`);
  await expect(heading(second, "Board")).toBeVisible();
  await page.goto(`${server.origin}/settings?section=you`);
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(heading(page, "Sign in")).toBeVisible();
  await expect(second.getByRole("dialog", { name: "Sign in again" })).toBeVisible();
});

test("nothing of all that needed what the content policy refuses", () => {
  expect(refused).toEqual([]);
});
