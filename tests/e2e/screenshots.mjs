// Photographs the web interface for the documentation: the real server, a rehearsal in the making, a phone and a desk.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { ROOT } from "../../.ci/lib/repository.mjs";
import { openGallery } from "../bench/browser.mjs";
import { findBrowser } from "./browser.mjs";
import { makeDemo, setUp } from "./person.mjs";
import { startServer } from "./server.mjs";

const OUT = join(ROOT, "docs", "screenshots");
const DESK = { viewport: { width: 1280, height: 800 } };
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
/** How long a rehearsal may take to reach what is photographed, in milliseconds. */
const RUN_PATIENCE_MS = 300_000;

mkdirSync(OUT, { recursive: true });
const server = await startServer();
const gallery = await openGallery();
const browser = await chromium.launch({ executablePath: findBrowser(), args: ["--no-sandbox"] });
try {
  const desk = await (await browser.newContext({ ...DESK, colorScheme: "light" })).newPage();
  const take = async (page, name) => {
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: join(OUT, `${name}.png`) });
  };
  await setUp(desk, server);
  const project = await makeDemo(desk, server);

  await desk.goto(`${server.origin}/settings?section=network`);
  await desk.getByRole("button", { name: "Show a pairing code" }).click();
  await desk.getByRole("img", { name: /Pairing code/ }).waitFor();
  await take(desk, "web-pairing");
  const link = new URL(await desk.getByText(/\/pair#code=/).textContent());

  const pocket = await browser.newContext({ ...PHONE, colorScheme: "dark" });
  const phone = await pocket.newPage();
  await phone.goto(server.origin);
  await phone.getByRole("heading", { name: "Sign in" }).waitFor();
  await take(phone, "phone-login");
  await phone.goto(server.origin + link.pathname + link.hash);
  await phone.getByLabel("Name of this device").fill("Phone");
  await phone.getByRole("button", { name: "Pair", exact: true }).click();
  await phone.getByRole("heading", { level: 1, name: "Projects" }).waitFor();
  await desk.getByText("Phone is signed in.").first().waitFor();
  await desk.getByRole("button", { name: "Dismiss" }).first().click();
  await desk.getByRole("list", { name: "Devices that are signed in" }).scrollIntoViewIfNeeded();
  await desk.mouse.wheel(0, 1000);
  await desk.waitForTimeout(500);
  await take(desk, "web-devices");

  await desk.goto(`${server.origin}/p/${project}/board`);
  await desk.getByRole("button", { name: "Start", exact: true }).click();
  await desk.getByRole("dialog").getByRole("button", { name: "Start", exact: true }).click();
  await phone.goto(`${server.origin}/p/${project}/board`);
  await phone.getByRole("region", { name: /^Done, [1-9]/ }).waitFor({ timeout: RUN_PATIENCE_MS });
  await phone.locator("[data-card]").first().waitFor();
  await take(phone, "phone-board");
  await phone.goto(`${server.origin}/p/${project}/transcript`);
  await phone.getByRole("heading", { name: "Transcript" }).waitFor();
  await phone.waitForLoadState("networkidle");
  await take(phone, "phone-transcript");

  // The demonstration asks nothing: what an agent asks is photographed in the gallery.
  const held = await (await browser.newContext({ ...PHONE, colorScheme: "dark" })).newPage();
  await held.addInitScript('window.galleryTheme = "dark"');
  await held.goto(`${gallery.origin}/p/1/run?run=still&ask=1`);
  await held.getByRole("article").nth(1).waitFor();
  await take(held, "phone-request");
} finally {
  await gallery.close();
  await browser.close();
  await server.leave();
}
