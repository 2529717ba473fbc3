// Looks for barriers with axe on every page of the gallery, in a real browser, since only that knows colours and sizes. The
// pages are served under the window's content policy, and what that refuses counts as a barrier too.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { openGallery } from "./browser.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const THEMES = ["light", "dark", "high_contrast"];
const PAGES = [
  "/",
  "/setup",
  "/new",
  "/settings",
  "/sandbox",
  "/p/1/board?run=still",
  "/p/1/board?run=still&ask=1",
  "/p/1/board?run=none&add=feature",
  "/p/1/board?run=none&add=bug",
  "/p/1/board?run=none&add=several",
  "/p/1/board?run=none&edit=193",
  "/p/1/board?run=none&q=nothing-like-this",
  "/p/1/graph?run=none",
  "/p/1/feature/193?run=none",
  "/p/1/feature/9999?run=none",
  "/p/1/run?run=still&ask=1",
  "/p/1/runs?run=still&rows=5000",
  "/p/1/transcript?run=still&rows=5000",
  "/p/1/review?run=none&feature=12",
  "/p/1/checkpoints?run=none",
  "/p/1/specs?run=none",
  "/p/1/health?run=none",
  "/p/1/settings?run=none",
  "/p/1/feature/193?run=none&pictures=1",
  "/p/1/run?run=none",
  "/p/1/checkpoints?run=none&checkpoint=3",
  "/p/1/specs?run=none&tab=coverage",
  "/p/1/specs?run=none&tab=history",
  "/p/1/specs?run=none&tab=talk",
  "/p/1/specs?run=none&tab=talk&talk=1",
  "/p/1/settings?run=none&section=runs",
  "/p/1/settings?run=none&section=checks",
  "/p/1/settings?run=none&section=reach",
  "/p/1/settings?run=none&section=policy",
  "/p/1/settings?run=none&section=prompts",
  "/p/4/board?run=none",
  "/settings?section=notifications",
  "/settings?section=desktop",
  "/settings?section=runs",
  "/settings?section=account",
  "/settings?section=shortcuts",
  "/nowhere",
  "/login?door=login",
  "/setup?door=setup",
  "/pair?door=login",
  "/?door=away",
  "/p/1/board?run=none&door=expired",
  "/p/1/board?run=still&ask=1&door=viewer",
  "/settings?section=you&door=admin",
  "/settings?section=network&lan=1",
  "/settings?section=people",
  "/settings?section=people&door=viewer",
  "/settings?section=tokens",
];
/** What a phone is held for. */
const PHONES = [
  { width: 390, height: 844 },
  { width: 360, height: 640 },
];

const gallery = await openGallery();
const page = await gallery.browser.newPage();
await page.setViewport({ width: 1280, height: 800 });
let found = 0;
await page.evaluateOnNewDocument(() => {
  window.refused = [];
  document.addEventListener("securitypolicyviolation", ({ violatedDirective, sourceFile, blockedURI }) => {
    window.refused.push(`${violatedDirective} refuses ${blockedURI} of ${sourceFile}`);
  });
});
const look = async (name, path) => {
  await page.goto(gallery.origin + path, { waitUntil: "networkidle0" });
  if (!(await page.evaluate(() => getComputedStyle(document.body).fontFamily.includes("Inter"))))
    throw new Error(`${path} has no styles, so nothing is known of its colours and sizes`);
  await page.evaluate(axe);
  for (const refused of await page.evaluate(() => window.refused)) {
    found += 1;
    console.log(`${name} ${path}: ${refused}`);
  }
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  for (const { id, help, nodes } of violations) {
    found += nodes.length;
    console.log(`${name} ${path}: ${id}: ${help}`);
    for (const { html, failureSummary } of nodes.slice(0, 3))
      console.log(`    ${html.slice(0, 160)}\n    ${failureSummary.replace(/\s+/g, " ").slice(0, 240)}`);
  }
};
for (const theme of process.env.THEME ? [process.env.THEME] : THEMES) {
  await page.evaluateOnNewDocument(`window.galleryTheme = ${JSON.stringify(theme)}`);
  for (const path of PAGES) await look(theme, path);
}
for (const phone of process.env.THEME ? [] : PHONES) {
  await page.setViewport({ ...phone, isMobile: true, hasTouch: true });
  for (const path of PAGES) {
    const name = `${phone.width}x${phone.height}`;
    await look(name, path);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (over > 0) {
      found += 1;
      console.log(`${name} ${path}: is ${over} pixels wider than the screen`);
    }
  }
}
await gallery.close();
console.log(`${PAGES.length} pages, ${found} barriers`);
process.exit(found > 0 ? 1 : 0);
