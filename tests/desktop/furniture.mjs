// A desktop around the window: what shows notifications and the tray, keeps the machine awake and shows files.
//
// They are stand-ins on the desk's own bus (`stand_in/`), which tell what they were asked for and do what a person does.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { PROGRAM, until } from "./desk.mjs";

const STAND_IN = process.env.HARNESS_STAND_IN || join(dirname(PROGRAM), "examples", "stand_in_desktop");

/** Puts a desktop on `desk`, before the program is started there. */
export async function furnish(desk) {
  const child = desk.start(STAND_IN, [], { stdio: ["pipe", "pipe", "inherit"] });
  const all = [];
  createInterface({ input: child.stdout }).on("line", (line) => all.push(JSON.parse(line)));
  let read = 0;

  const about = (word) => all.filter(({ heard }) => heard === word);
  const act = (what) => child.stdin.write(`${JSON.stringify(what)}\n`);
  /** What was heard last of that kind since `from`; a refusal of the stand-in is a failure of the test. */
  const answer = async (word, from) => {
    const heard = await until(() => all.slice(from).find((said) => said.heard === word || said.heard === "failure"), `the desktop says ${word}`);
    if (heard.heard === "failure") throw new Error(heard.words);
    return heard;
  };

  await answer("ready", 0);
  const menu = async () => {
    const from = all.length;
    act({ read: "menu" });
    return (await answer("menu", from)).lines;
  };
  return {
    about,
    menu,
    /** The next notification with such a title, which no earlier call has given. */
    notification: (title) =>
      until(
        () => {
          const found = all.findIndex((said, index) => index >= read && said.heard === "notify" && title.test(said.title));
          if (found < 0) return undefined;
          read = found + 1;
          return all[found];
        },
        `a notification says ${title}; there were ${JSON.stringify(about("notify").map((said) => said.title))}`,
        120_000,
      ),
    click: ({ id }) => act({ click: { notification: id } }),
    /** Waits until the first line of the tray's menu says that. */
    trayTells: (words) =>
      until(async () => words.test((await menu())[0].label), `the tray says ${words}`).catch(async (error) => {
        throw new Error(`${error.message}. It says ${JSON.stringify(await menu())}`);
      }),
    choose: async (label) => {
      const from = all.length;
      act({ choose: { label } });
      await answer("chosen", from);
    },
    /** What the machine is kept from at present, such as "sleep". */
    held: () => {
      const held = new Set();
      for (const { heard, what } of all) {
        if (heard === "inhibit") held.add(what);
        if (heard === "uninhibit") held.delete(what);
      }
      return [...held].sort();
    },
  };
}

/** Whether the window is on the desk's screen. */
export function isWindowShown(desk) {
  return xdotool(desk, "search", "--onlyvisible", "--name", "^Auto Agent Harness$").status === 0;
}

/** Types into the window of that title, which is none of the pages': the system's own dialogs. */
export async function typeInto(desk, title, ...keys) {
  const { stdout } = await until(() => {
    const found = xdotool(desk, "search", "--onlyvisible", "--name", title);
    return found.status === 0 && found;
  }, `a window named ${title} is open`);
  const id = stdout.trim().split("\n").at(-1);
  xdotool(desk, "windowfocus", "--sync", id);
  for (const key of keys) {
    const typed = key.key ? xdotool(desk, "key", "--delay", "50", key.key) : xdotool(desk, "type", "--delay", "20", key);
    if (typed.status !== 0) throw new Error(`nothing can be typed: ${typed.stderr}`);
  }
}

function xdotool(desk, ...args) {
  return spawnSync("xdotool", args, { env: desk.env, encoding: "utf8", timeout: 30_000 });
}
