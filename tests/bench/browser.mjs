// The gallery, built and served on loopback, and a real browser that looks at it.
import { build, preview } from "vite";
import { launch } from "puppeteer-core";

export async function openGallery({ isBuilt = true } = {}) {
  if (isBuilt) await build({ mode: "gallery", logLevel: "error" });
  const server = await preview({ mode: "gallery", logLevel: "error", preview: { port: 0, host: "127.0.0.1" } });
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
