// The web interface in a real browser, served by the real program.
import { join } from "node:path";
import { defineConfig } from "@playwright/test";
import { ROOT } from "../../.ci/lib/repository.mjs";
import { findBrowser } from "./browser.mjs";

const executablePath = findBrowser();

export default defineConfig({
  testDir: ".",
  testMatch: "*.e2e.mjs",
  outputDir: join(ROOT, "target", "e2e"),
  reporter: [["list"]],
  // Two servers with two browsers on two cores would only prove that they are slow.
  workers: 1,
  // A test that has to be run twice proves nothing.
  retries: 0,
  timeout: 300_000,
  expect: { timeout: 30_000 },
  use: {
    actionTimeout: 30_000,
    navigationTimeout: 60_000,
    locale: "en-GB",
    timezoneId: "UTC",
    screenshot: "only-on-failure",
    launchOptions: { ...(executablePath ? { executablePath } : {}), args: ["--no-sandbox"] },
  },
});
