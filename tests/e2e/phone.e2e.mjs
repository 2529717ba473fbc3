// A phone in the hand: everything fits, answers are one press away, and the interface opens while the host is away.
import { expect, test } from "@playwright/test";
import { addCard, card, heading, isTooWide, makeDemo, setUp } from "./person.mjs";
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

test.beforeAll(async ({ browser }) => {
  server = await startServer();
  context = await browser.newContext({ viewport: SIZES[0], isMobile: true, hasTouch: true });
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
