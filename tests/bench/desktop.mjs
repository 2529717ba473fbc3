// The desktop application beside an empty window: time from process start to a board of 10,000 cards, and memory. And the
// frames of that board while it is scrolled.
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { error as driverError } from "selenium-webdriver";
import { buildDesktop, buildPages, desktopProgram } from "../../.ci/lib/desktop.mjs";
import { releaseFlags } from "../../.ci/lib/release.mjs";
import { mustRun } from "../../.ci/lib/steps.mjs";
import { PATIENCE_MS, sitDown, until } from "../desktop/desk.mjs";
import { openOn } from "../desktop/window.mjs";

const CARDS = 10_000;
const RUNS = 5;
/** After this long nothing is left to do, and memory is what it stays at. */
const SETTLED_MS = 4_000;
/** What WebKit is told so that it puts the page together from layers, with or without a graphics processor. */
const LAYERS = { WEBKIT_FORCE_COMPOSITING_MODE: "1" };
const TICKS_PER_SECOND = Number(spawnSync("getconf", ["CLK_TCK"], { encoding: "utf8" }).stdout);

/** Measures both and gives the measurements by name. */
export async function measureDesktop(runs = RUNS) {
  await buildPages();
  await buildDesktop();
  await mustRun("cargo", ["build", "--release", "--locked", "-p", "auto-agent-harness", "--example", "empty_window", ...releaseFlags()]);
  const ours = desktopProgram("release");
  const empty = join(ours, "..", "examples", "empty_window");
  const desk = await sitDown();
  try {
    const project = await prepare(desk, ours);
    const starts = { ours: [], theirs: [] };
    const memory = { ours: [], theirs: [] };
    // By turns, so that whatever else the machine does falls on both.
    for (let run = 0; run < runs; run++) {
      for (const [who, binary, args] of [["theirs", empty, []], ["ours", ours, [`auto-agent-harness://project/${project}`]]]) {
        const { ms, bytes } = await once(desk, binary, args);
        starts[who].push(ms);
        memory[who].push(bytes / 1e6);
      }
    }
    const frames = { ours: await scrolled(desk, ours, project), theirs: await scrolled(desk, ours, project, LAYERS) };
    const baseline = "an empty Tauri window";
    return {
      "desktop-start": beside({ title: `Process start to a board of ${CARDS.toLocaleString("en")} cards`, baseline, unit: "ms", ...starts, most: 1.5 }),
      "desktop-memory": beside({ title: "Memory of all processes (PSS)", baseline, unit: "MB", ...memory, most: 1.3 }),
      "desktop-scroll": frameTimes(frames),
    };
  } finally {
    await desk.leave();
  }
}

/** A project with that many cards, made through the product itself. */
async function prepare(desk, binary) {
  const window = await openOn(desk, { binary });
  const { id } = await window.call("project_create", { name: "bench", parent_dir: desk.env.HOME, template: "empty" });
  const batch = 500;
  for (let first = 0; first < CARDS; first += batch) {
    const features = Array.from({ length: batch }, (_, index) => ({
      kind: "feature",
      category: `area ${(first + index) % 40}`,
      name: `Card ${first + index}`,
      description: "A person can do this and sees at once that it was done.",
      steps: ["Open the page", "Do it", "See it"],
      priority: null,
      layer: null,
      source_spec: "main",
      parent: null,
      dependencies: [],
      model: null,
      checks: [],
    }));
    await window.call("feature_create_many", { project: id, features });
  }
  await quit(window, desk);
  return id;
}

async function once(desk, binary, args) {
  const window = await openOn(desk, { binary, args, width: 0, pageLoadStrategy: "none" });
  const shownAt = await whenShown(window.driver);
  const pid = await until(() => processes(desk).find((process) => process.name === basename(binary))?.pid, "the program runs");
  const ms = shownAt - startedAt(pid);
  await pause(SETTLED_MS);
  const bytes = processes(desk).reduce((sum, process) => sum + process.pss, 0);
  await quit(window, desk);
  return { ms, bytes };
}

/** The times between frames while a column is scrolled, in milliseconds. */
async function scrolled(desk, binary, project, more = {}) {
  const window = await openOn(desk, { binary, args: [`auto-agent-harness://project/${project}`], more });
  await whenShown(window.driver);
  await pause(SETTLED_MS);
  const times = await window.driver.executeAsyncScript(SCROLL);
  await quit(window, desk);
  return times;
}

/** When the card was there, in milliseconds of the clock. A page that gives way to the next one is asked again there. */
async function whenShown(driver) {
  const last = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await driver.executeAsyncScript(SHOWN);
    } catch (error) {
      const isGone = error instanceof driverError.NoSuchFrameError || error instanceof driverError.JavascriptError;
      if (!isGone || Date.now() > last) throw error;
    }
  }
}

/** Ends the session, which ends the program, and waits until it is gone: the next start would only wake it. */
async function quit(window, desk) {
  await window.driver.quit();
  await until(() => processes(desk).length === 0, "the program has ended");
}

// A card is there and the page has drawn it and is free again.
const SHOWN = `
  const done = arguments[0];
  const look = () => (document.querySelector("[data-card]")
    ? requestAnimationFrame(() => setTimeout(() => done(performance.timeOrigin + performance.now())))
    : requestAnimationFrame(look));
  look();`;

// New cards come into view with every other frame.
const SCROLL = `
  const done = arguments[0];
  const column = document.querySelector("[data-card]").closest("ul").parentElement;
  const times = [];
  let last = null;
  const step = (now) => {
    if (last !== null) times.push(now - last);
    last = now;
    column.scrollTop += 60;
    if (times.length < 240) requestAnimationFrame(step);
    else done(times);
  };
  requestAnimationFrame(step);`;

function startedAt(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const ticks = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
  const uptime = Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);
  return Date.now() - uptime * 1000 + (ticks / TICKS_PER_SECOND) * 1000;
}

/** The window's processes on the desk: the program and the webview's. */
function processes(desk) {
  return readdirSync("/proc").flatMap((pid) => {
    try {
      if (!/^\d+$/.test(pid) || !readFileSync(`/proc/${pid}/environ`, "utf8").includes(`HARNESS_HOME=${desk.env.HARNESS_HOME}\0`)) return [];
      const name = basename(readlinkSync(`/proc/${pid}/exe`));
      if (!/^(auto-agent-harness|empty_window|WebKit(Web|Network)Process)$/.test(name)) return [];
      const pss = Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))[1]) * 1024;
      return [{ pid: Number(pid), name, pss }];
    } catch {
      // It ended meanwhile.
      return [];
    }
  });
}

const at = (share, values) => [...values].sort((a, b) => a - b)[Math.floor(values.length * share)];
const sides = (ours, theirs) => {
  const [a, b] = [{ samples: ours, median: at(0.5, ours) }, { samples: theirs, median: at(0.5, theirs) }];
  return { ours: a, theirs: b, ratio: a.median / b.median };
};

function beside({ title, baseline, unit, ours, theirs, most }) {
  const measured = sides(ours, theirs);
  const value = measured.ratio;
  const figure = { name: "ratio to the empty window", value, unit: "×", goal: { at_most: most }, is_met: value <= most };
  return { title, baseline, unit, ...measured, figures: [figure], notes: [] };
}

function frameTimes({ ours, theirs }) {
  const value = at(0.95, ours);
  const figure = { name: "95 of 100 frames", value, unit: "ms", goal: { at_most: 20 }, is_met: value <= 20 };
  const notes = [`With layers: 95 of 100 frames within ${at(0.95, theirs).toFixed(0)} ms. Where there is a graphics processor both are the same.`];
  const baseline = "the same window, told to use layers";
  return { title: "Frames of that board while it is scrolled, 1280 × 800", baseline, unit: "ms", ...sides(ours, theirs), figures: [figure], notes };
}
