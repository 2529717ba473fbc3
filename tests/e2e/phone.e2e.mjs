// A phone in the hand: everything fits, answers are one press away, and the interface opens while the host is away.
import { expect, test } from "@playwright/test";
import { addCard, card, heading, isTooWide, makeDemo, rehearse, setUp, watchPolicy } from "./person.mjs";
import { startServer } from "./server.mjs";

const SIZES = [
  { width: 390, height: 844 },
  { width: 360, height: 640 },
];

test.describe.configure({ mode: "serial" });

let server;
let context;
let page;
let project;
let refused;

/** How long a session may take to begin and to get somewhere, on a busy machine. */
const RUN_PATIENCE_MS = 240_000;

test.beforeAll(async ({ browser }) => {
  server = await startServer();
  context = await browser.newContext({ viewport: SIZES[0], isMobile: true, hasTouch: true });
  refused = await watchPolicy(context);
  page = await context.newPage();
});
test.afterAll(async () => {
  await context?.close();
  await server?.leave();
});

test("the first account and a first project are made with a thumb", async () => {
  await setUp(page, server);
  expect(await isTooWide(page)).toBe(false);
  project = await makeDemo(page, server);
  await addCard(page, "Export invoices");
  await expect(card(page, "Export invoices")).toBeVisible();
});

test("the columns are one press, or one swipe, from each other", async () => {
  const columns = page.getByRole("navigation", { name: "Columns" });
  await columns.getByRole("button", { name: /Done/ }).click();
  await expect(page.getByRole("region", { name: /^Done/ })).toBeInViewport();
  await expect(columns.getByRole("button", { name: /Done/ })).toHaveAttribute("aria-current", "true");
  await columns.getByRole("button", { name: /Pending/ }).click();
  await expect(card(page, "Export invoices")).toBeInViewport();
});

test("no page is wider than a phone", async () => {
  const below = ["board", "run", "runs", "transcript", "checkpoints", "specs", "health", "settings"];
  for (const size of SIZES) {
    await page.setViewportSize(size);
    for (const place of ["/", "/settings?section=network", "/settings?section=people", ...below.map((one) => `/p/${project}/${one}`)]) {
      await page.goto(server.origin + place);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      expect(await isTooWide(page), `${place} at ${size.width} pixels`).toBe(false);
    }
  }
});

test("what an agent asks is answered with a thumb, and what it said can be read", async () => {
  await page.setViewportSize(SIZES[0]);
  await page.goto(`${server.origin}/p/${project}/board`);
  await rehearse(page, "Rehearsal: an agent with a question");
  const bar = page.getByRole("navigation", { name: "Main places" });
  await expect(bar.getByRole("link", { name: /Run.*1/ }), "it is told wherever one is").toBeVisible({
    timeout: RUN_PATIENCE_MS,
  });
  await bar.getByRole("link", { name: /Run/ }).click();
  const request = page.getByRole("article", { name: "The agent asks" });
  await expect(request).toContainText("Should adding two texts join them, or be refused?");
  await request.getByRole("textbox").fill("Join them.");
  await request.getByRole("button", { name: "Send the answer" }).click();
  await expect(request, "it is asked once").toHaveCount(0);
  await bar.getByRole("link", { name: "Transcript" }).click();
  await expect(page.getByText("Only a person can say.").first()).toBeVisible();
  expect(await isTooWide(page)).toBe(false);
});

test("a run is stopped with a thumb, and says that it was", async () => {
  await page.goto(`${server.origin}/p/${project}/run`);
  const start = page.getByRole("button", { name: /^Start/ });
  const stop = page.getByRole("button", { name: "Stop", exact: true });
  // The rehearsal of before may be done with its card by now.
  await expect(start.or(stop).first()).toBeVisible();
  if (await start.isVisible()) await rehearse(page, "Rehearsal: a slow agent");
  await expect(stop).toBeEnabled({ timeout: RUN_PATIENCE_MS });
  await stop.click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Stop now" }).click();
  await expect(start, "another one can be started").toBeEnabled({ timeout: RUN_PATIENCE_MS });
  await expect(stop).toHaveCount(0);
});

test("the menu leads everywhere, and the main places are under the thumb", async () => {
  await page.goto(`${server.origin}/p/${project}/board`);
  const bar = page.getByRole("navigation", { name: "Main places" });
  await bar.getByRole("link", { name: "Run" }).click();
  await expect(page).toHaveURL(/\/run$/);
  await bar.getByRole("button", { name: "Menu" }).click();
  await page.getByRole("dialog").getByRole("link", { name: "Checkpoints" }).click();
  await expect(heading(page, "Checkpoints")).toBeVisible();
});

test("it can be installed, and opens while the host is away", async () => {
  const manifest = await page.evaluate(async () => {
    const link = document.querySelector('link[rel="manifest"]');
    return (await fetch(link.href)).json();
  });
  expect(manifest.icons.map(({ sizes }) => sizes)).toEqual(expect.arrayContaining(["192x192", "512x512"]));
  for (const { src } of manifest.icons) expect((await page.request.get(server.origin + src)).ok(), src).toBe(true);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload();
  const kept = await page.evaluate(async () => {
    const names = await caches.keys();
    const all = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return all.flat().map(({ url }) => new URL(url).pathname);
  });
  expect(kept).toContain("/index.html");
  expect(kept.filter((path) => path.startsWith("/api")), "no answer of the host is kept").toEqual([]);

  await server.stop();
  await page.reload();
  await expect(page.getByText("The host cannot be reached")).toBeVisible();
  await server.start();
  await expect(heading(page, "Checkpoints"), "by itself, and where one was").toBeVisible({ timeout: 60_000 });
});

test("nothing of all that needed what the content policy refuses, and a style that is written in is refused", async () => {
  expect(refused).toEqual([]);
  await page.evaluate(() => {
    const style = document.createElement("style");
    style.textContent = "body { display: none }";
    document.head.append(style);
  });
  await expect(() => expect(refused.join()).toContain("style-src")).toPass({ timeout: 10_000 });
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
});
