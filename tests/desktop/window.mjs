// The real window, used as a person uses it: found by what is on it, clicked and typed into.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { By, Builder, Key } from "selenium-webdriver";
import { freePort, PATIENCE_MS, PROGRAM, sitDown, until } from "./desk.mjs";

/** Opens the program on a desk of its own and gives its window; `close` ends both. */
export async function openWindow(options) {
  const desk = await sitDown(options);
  try {
    const window = await openOn(desk, options);
    return { ...window, desk, close: () => desk.leave() };
  } catch (error) {
    await desk.leave();
    throw error;
  }
}

/** Opens the program on `desk`, with `more` in its environment. A desk has one window at a time. */
export async function openOn(desk, { binary = PROGRAM, args = [], width = 1280, height = 800, pageLoadStrategy = "normal", more = {} } = {}) {
  const port = await freePort();
  const env = { ...desk.env, ...more, TAURI_AUTOMATION: "true", TAURI_WEBVIEW_AUTOMATION: "true" };
  desk.start("WebKitWebDriver", ["--host=127.0.0.1", `--port=${port}`], { env });
  const server = `http://127.0.0.1:${port}`;
  await until(() => isListening(server), "WebKitWebDriver listens");
  const driver = await new Builder()
    .usingServer(server)
    .withCapabilities({ browserName: "wry", pageLoadStrategy, "webkitgtk:browserOptions": { binary, args } })
    .build();
  await driver.manage().setTimeouts({ script: PATIENCE_MS, implicit: 0 });
  if (width) await driver.manage().window().setRect({ x: 0, y: 0, width, height });
  return { driver, ...hands(driver) };
}

/** Closes the window as its title bar does: the program decides what becomes of that. */
export function closeWindow(desk) {
  const script = fileURLToPath(new URL("close-window.py", import.meta.url));
  const { status, stderr } = spawnSync("python3", [script, "Auto Agent Harness"], { env: desk.env, encoding: "utf8" });
  if (status !== 0) throw new Error(`the window was not closed: ${stderr}`);
}

/** Starts the program once more on the same desk, and gives its exit code and what it said. */
export async function startAgain(desk, args, env = desk.env) {
  const child = spawn(PROGRAM, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
  const [code] = await once(child, "close");
  return { code, said };
}

async function isListening(server) {
  try {
    await fetch(`${server}/status`, { signal: AbortSignal.timeout(1_000) });
    return true;
  } catch {
    return false;
  }
}

/** What a person does with a window. */
function hands(driver) {
  const texts = (name) => (name instanceof RegExp ? name : undefined);
  const matches = (name, text) => (texts(name) ? name.test(text) : text.trim() === name);

  /** The visible element of that role and name, or none. */
  const look = async (role, name) => {
    const found = await driver.executeScript(FIND_BY_ROLE, role);
    for (const { element, name: shown } of found) if (matches(name, shown)) return element;
    return undefined;
  };

  const find = (role, name) => until(() => look(role, name), `a ${role} named ${name} is on the page`).catch(withPage(driver));
  const text = () => driver.executeScript("return document.body.innerText");
  /** Asks the host itself, as the page does. */
  const host = async (command, input = {}) => {
    const { answer, failure } = await driver.executeAsyncScript(ASK, command, input);
    if (failure) throw new Error(`${input.procedure ?? command}: ${JSON.stringify(failure)}`);
    return answer;
  };

  return {
    find,
    text,
    has: async (role, name) => Boolean(await look(role, name)),
    /** Clicks it where it is. */
    click: (role, name) =>
      until(async () => {
        const element = await look(role, name);
        if (!element) return false;
        try {
          await driver.executeScript("arguments[0].scrollIntoView({ block: 'center', inline: 'center' })", element);
          await element.click();
          return true;
        } catch (refused) {
          // It was drawn anew, or something still moves over it: a person tries again, too.
          if (/ElementNotInteractable|StaleElement|ElementClickIntercepted/.test(refused.name)) return false;
          throw refused;
        }
      }, `a ${role} named ${name} can be clicked`).catch(withPage(driver)),
    /** Clicks what takes the window off the screen: a page that is not shown answers no driver until it is shown again. */
    clickAway: async (role, name) => {
      const element = await find(role, name);
      await driver.executeScript("const [element] = arguments; setTimeout(() => element.click())", element);
    },
    /** Replaces what is in a field, key by key: a page that listens for keys must hear them. */
    fill: async (name, value) => {
      const field = await find("textbox", name);
      await field.click();
      await field.sendKeys(Key.chord(Key.CONTROL, "a"));
      await field.sendKeys(Key.DELETE);
      await field.sendKeys(value);
    },
    /** Presses keys where the focus is. */
    press: (...keys) => driver.actions().sendKeys(...keys).perform(),
    chord: async (modifier, key) => driver.actions().keyDown(modifier).sendKeys(key).keyUp(modifier).perform(),
    sees: (words) =>
      until(async () => matches(words, await text()) || (!texts(words) && (await text()).includes(words)), `${words} is on the page`).catch(
        withPage(driver),
      ),
    /** Where the focus is, as its role and name. */
    focus: () => driver.executeScript(FOCUS),
    /** Goes to an address within the program, as a link on the page does. */
    go: (address) =>
      driver.executeScript("history.pushState(null, '', arguments[0]); dispatchEvent(new PopStateEvent('popstate'))", address),
    path: () => driver.executeScript("return location.pathname + location.hash"),
    /** Asks the product directly, to prepare or to check what the page only shows. */
    call: (procedure, input = {}) => host("call", { procedure, input }),
    host,
    byCss: (selector) => driver.findElements(By.css(selector)),
  };
}

/** A failure that says what was on the page instead. */
function withPage(driver) {
  return async (error) => {
    const shown = await driver.executeScript("return document.body.innerText").catch((cause) => `(no page: ${cause.message})`);
    throw new Error(`${error.message}. The page says:\n${shown.slice(0, 3000)}`);
  };
}

const ASK = `
  const [command, input, done] = arguments;
  window.__TAURI_INTERNALS__.invoke(command, input).then(
    (answer) => done({ answer }),
    (failure) => done({ failure }),
  );`;

// Roles and names as a screen reader has them, as far as these tests need them.
const NAMES = `
  const IMPLIED = {
    button: "button, summary, input[type=submit], [role=button]", link: "a[href], [role=link]", dialog: "dialog, [role=dialog], [role=alertdialog]",
    textbox: "input:not([type]), input[type=text], input[type=search], input[type=number], input[type=password], textarea, [role=textbox], [role=searchbox], [role=combobox]",
    heading: "h1, h2, h3, h4, [role=heading]", checkbox: "input[type=checkbox], [role=checkbox], [role=switch]",
    region: "section[aria-label], section[aria-labelledby], [role=region]", tab: "[role=tab]", menuitem: "[role^=menuitem]", option: "[role=option]",
    group: "[role=group]", article: "article, [role=article]", listitem: "li, [role=listitem], [role=row], article", main: "main", navigation: "nav", radio: "[role=radio], input[type=radio]",
  };
  const words = (node) => (node ? (node.textContent ?? "") : "").replace(/\\s+/g, " ").trim();
  const nameOf = (element) => {
    const label = element.getAttribute("aria-label");
    if (label) return label;
    const by = element.getAttribute("aria-labelledby");
    if (by) return by.split(/\\s+/).map((id) => words(document.getElementById(id))).join(" ").trim();
    if (element.labels?.length) return [...element.labels].map(words).join(" ");
    return words(element) || element.getAttribute("placeholder") || element.getAttribute("title") || "";
  };
  const isShown = (element) => {
    if (element.closest("[aria-hidden=true], [inert]")) return false;
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && getComputedStyle(element).visibility !== "hidden";
  };`;
const FIND_BY_ROLE = `${NAMES}
  const selector = IMPLIED[arguments[0]] ?? "[role=" + arguments[0] + "]";
  // What lies under an open dialog cannot be used, and is none of a person's business.
  const open = [...document.querySelectorAll("[role=dialog], [role=alertdialog]")].filter(isShown).at(-1);
  const found = open?.matches(selector) ? [open] : (open ?? document).querySelectorAll(selector);
  return [...found].filter(isShown).map((element) => ({ element, name: nameOf(element) }));`;
const FOCUS = `${NAMES}
  const element = document.activeElement;
  if (!element || element === document.body) return { role: "none", name: "" };
  const role = element.getAttribute("role") ?? Object.keys(IMPLIED).find((name) => element.matches(IMPLIED[name])) ?? element.tagName.toLowerCase();
  return { role, name: nameOf(element) };`;

export { Key };
