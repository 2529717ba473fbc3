// The gallery, built and served on loopback, and a real browser that looks at it.
import { readFile } from "node:fs/promises";
import { build, preview } from "vite";
import { launch } from "puppeteer-core";

/** What the window may load, as the policy of a page: its own host instead of the window's. */
async function contentPolicy() {
  const { app } = JSON.parse(await readFile(new URL("../../src-tauri/tauri.conf.json", import.meta.url), "utf8"));
  const parts = { ...app.security.csp, "connect-src": "'self'" };
  return Object.entries(parts)
    .map(([name, sources]) => `${name} ${sources}`)
    .join("; ");
}

export async function openGallery({ isBuilt = true } = {}) {
  if (isBuilt) await build({ mode: "gallery", logLevel: "error" });
  const headers = { "content-security-policy": await contentPolicy() };
  const server = await preview({
    mode: "gallery",
    logLevel: "error",
    preview: { port: 0, host: "127.0.0.1", headers },
  });
  const origin = server.resolvedUrls.local[0].replace(/\/$/, "");
  const browser = await launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--enable-precise-memory-info", "--js-flags=--expose-gc"],
  });
  const close = async () => {
    await browser.close();
    await server.close();
  };
  return { origin, browser, close };
}
