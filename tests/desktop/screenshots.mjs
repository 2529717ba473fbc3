// npm run screenshots: the pages of the window with the demonstration in it, as docs/screenshots/*.png.
//
// Two sizes, light and dark. They are looked at by people: nothing fails because a picture changed.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ROOT } from "../../.ci/lib/repository.mjs";
import { until } from "./desk.mjs";
import { openWindow } from "./window.mjs";

const SIZES = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
];
const THEMES = ["light", "dark"];
const RUN_PATIENCE_MS = 900_000;
/** Longer than anything on a page takes to fade in. */
const SETTLED_MS = 1_000;

/** What stands for something that is on its way. */
const LOADING = "[role=status][aria-label^=Loading], [role=status][aria-label^=Looking], [aria-busy=true]";

const directory = join(ROOT, "docs", "screenshots");
mkdirSync(directory, { recursive: true });
const { width, height } = SIZES.at(-1);
// A page that is painted without layers gives its driver no picture: the wait for one never ends.
const window = await openWindow({ width, height, more: { WEBKIT_FORCE_COMPOSITING_MODE: "1" } });
let project;
try {
  await photograph("welcome", "/");
  ({ id: project } = await window.call("project_demo", {}));
  await window.go(`/p/${project}/board`);
  await window.call("run_start", { project, mode: "auto", rehearsal: "demo" });
  const status = () => window.call("run_status", { project });
  await until(async () => (await window.call("project_get", { project })).counts.done >= 4, "four cards pass", RUN_PATIENCE_MS);
  await photograph("board-running", `/p/${project}/board`);
  await photograph("run", `/p/${project}/run`);
  await photograph("graph", `/p/${project}/graph`);
  await photograph("transcript-running", `/p/${project}/transcript`);
  await until(async () => !(await status()).is_running, "the run is through", RUN_PATIENCE_MS);

  const cards = await window.call("feature_list", { project });
  const built = cards.find(({ kind }) => kind === "feature").id;
  const { files } = await window.call("change_list", { project, of: { feature: built } });
  const checkpoints = await window.call("checkpoint_list", { project });
  const changed = encodeURIComponent(files.find(({ path }) => path.endsWith(".js"))?.path ?? files[0].path);
  await photograph("projects", "/");
  await photograph("new-project", "/new");
  await photograph("board-done", `/p/${project}/board`);
  await photograph("feature", `/p/${project}/feature/${built}`);
  await photograph("review", `/p/${project}/review?feature=${built}&file=${changed}`);
  await photograph("checkpoints", `/p/${project}/checkpoints?checkpoint=${checkpoints.at(-1).id}`);
  for (const page of ["transcript", "runs", "specs", "health"]) await photograph(page, `/p/${project}/${page}`);
  for (const section of ["runs", "checks", "reach", "policy", "prompts"]) {
    await photograph(`settings-${section}`, `/p/${project}/settings?section=${section}`);
  }
  await talk();
  await photograph("interview", `/p/${project}/specs?tab=talk`);
  for (const page of ["setup", "sandbox", "settings"]) await photograph(`app-${page}`, `/${page}`);
} finally {
  await window.close();
}

/** Talks a specification through until there is something to choose. */
async function talk() {
  const asks = (activity) => async () => (await window.call("interview_get", { project })).activity === activity;
  await window.call("interview_start", { project, spec: "main", text: "I forget things.", rehearsal: "interview" });
  await until(asks("idle"), "the first answer", RUN_PATIENCE_MS);
  await window.call("interview_send", { project, text: "Only me, on this computer." });
  await until(asks("asking"), "something to choose", RUN_PATIENCE_MS);
}

async function photograph(name, path) {
  for (const theme of THEMES) {
    const settings = await window.call("app_settings_read");
    await window.call("app_settings_write", { ...settings, theme });
    for (const size of SIZES) {
      await window.driver.manage().window().setRect({ x: 0, y: 0, ...size });
      await window.go(path);
      await until(() => window.driver.executeScript("return document.documentElement.dataset.theme").then((drawn) => drawn === theme), `the page is ${theme}`);
      // What comes last has to be faded in, too, and may have begun to load something itself.
      const isLoaded = () => window.driver.executeScript("return !document.querySelector(arguments[0])", LOADING);
      await until(async () => (await isLoaded()) && (await pause(SETTLED_MS, true)) && isLoaded(), "the page is loaded");
      const file = join(directory, `${name}-${theme}-${size.width}.png`);
      writeFileSync(file, Buffer.from(await window.driver.takeScreenshot(), "base64"));
      console.log(`   ${file}`);
    }
  }
}
