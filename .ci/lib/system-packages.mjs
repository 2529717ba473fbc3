// Programs and libraries of the operating system that the build, the product or the tests need, and how to get them here.
import { spawnSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline/promises";
import { mustRun, SetUpError } from "./steps.mjs";

/** The purposes: using the product in a terminal, using it in a window, and testing all of it. */
const EVERY = ["run", "desktop", "test"];
const WINDOW = ["desktop", "test"];

/**
 * What is needed beside Node and Rust. `requiredFor` names the purposes that cannot go on without it:
 * for any other it is offered, and its absence only reported. `on` limits it to platforms where it exists, `onlyFor` to
 * the purposes that have a use for it. A `library` is known to pkg-config; anything else is a program.
 */
const PROGRAMS = [
  { command: "git", why: "every finished feature is a commit", requiredFor: EVERY },
  { command: "cc", why: "SQLite and libgit2 are compiled from source", requiredFor: EVERY, on: ["linux", "darwin"] },
  { command: "bwrap", why: "agents run behind its walls", requiredFor: ["test"], on: ["linux"] },
  { command: "gnome-keyring-daemon", why: "the tests of the keychain use a real one", requiredFor: ["test"], onlyFor: ["test"], on: ["linux"] },
  { command: "dbus-run-session", why: "that keychain is reached over it", requiredFor: ["test"], onlyFor: ["test"], on: ["linux"] },
  { command: "python3", why: "a test installs a wheel behind the walls", requiredFor: ["test"], onlyFor: ["test"], on: ["linux"] },
  { command: "socat", why: "agents reach the listed hosts through it, and no others", requiredFor: ["test"], on: ["linux"] },
  { command: "pkg-config", why: "the build finds the window's libraries with it", requiredFor: WINDOW, onlyFor: WINDOW, on: ["linux"] },
  { command: "webkit2gtk-4.1", isLibrary: true, why: "the window shows its pages with it", requiredFor: WINDOW, onlyFor: WINDOW, on: ["linux"] },
  { command: "librsvg-2.0", isLibrary: true, why: "the window's icon is drawn with it", requiredFor: WINDOW, onlyFor: WINDOW, on: ["linux"] },
  { command: "ayatana-appindicator3-0.1", isLibrary: true, why: "the icon in the tray is shown with it", requiredFor: WINDOW, onlyFor: WINDOW, on: ["linux"] },
  { command: "WebKitWebDriver", why: "the tests use the window through it", requiredFor: ["test"], onlyFor: ["test"], on: ["linux"] },
  { command: "xdotool", why: "the tests use the dialogs of the system with it", requiredFor: ["test"], onlyFor: ["test"], on: ["linux"] },
  { command: "Xvfb", why: "the tests show the window on a screen of their own", requiredFor: ["test"], onlyFor: ["test"], on: ["linux"] },
  { command: "chromium", why: "the tests use the web interface in it", requiredFor: ["test"], onlyFor: ["test"], on: ["linux"] },
];

const NAMES = {
  git: ["git"],
  bwrap: ["bubblewrap"],
  socat: ["socat"],
  "gnome-keyring-daemon": ["gnome-keyring"],
  "dbus-run-session": ["dbus"],
  python3: ["python3"],
  xdotool: ["xdotool"],
  chromium: ["chromium"],
};

/** The package managers that are driven here. The first one found is the machine's own. */
const MANAGERS = [
  {
    command: "apt-get",
    refresh: ["apt-get", "update", "-qq"],
    install: ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-qq", "--no-install-recommends"],
    names: {
      ...NAMES,
      cc: ["gcc", "libc6-dev"],
      python3: ["python3", "python3-venv"],
      "pkg-config": ["pkg-config"],
      "webkit2gtk-4.1": ["libwebkit2gtk-4.1-dev"],
      "librsvg-2.0": ["librsvg2-dev"],
      "ayatana-appindicator3-0.1": ["libayatana-appindicator3-dev"],
      WebKitWebDriver: ["webkit2gtk-driver"],
      // A page without a font is a page of boxes.
      Xvfb: ["xvfb", "fonts-dejavu-core"],
    },
  },
  {
    command: "dnf",
    install: ["dnf", "install", "-y"],
    names: {
      ...NAMES,
      cc: ["gcc"],
      "dbus-run-session": ["dbus-daemon"],
      "pkg-config": ["pkgconf-pkg-config"],
      "webkit2gtk-4.1": ["webkit2gtk4.1-devel"],
      "librsvg-2.0": ["librsvg2-devel"],
      "ayatana-appindicator3-0.1": ["libayatana-appindicator-gtk3-devel"],
      WebKitWebDriver: ["webkit2gtk-driver"],
      Xvfb: ["xorg-x11-server-Xvfb", "dejavu-sans-fonts"],
    },
  },
  {
    command: "pacman",
    install: ["pacman", "-S", "--needed", "--noconfirm"],
    names: {
      ...NAMES,
      cc: ["gcc"],
      python3: ["python"],
      "pkg-config": ["pkgconf"],
      "webkit2gtk-4.1": ["webkit2gtk-4.1"],
      "librsvg-2.0": ["librsvg"],
      "ayatana-appindicator3-0.1": ["libayatana-appindicator"],
      WebKitWebDriver: ["webkit2gtk-4.1"],
      Xvfb: ["xorg-server-xvfb", "ttf-dejavu"],
    },
  },
  {
    command: "zypper",
    install: ["zypper", "--non-interactive", "install"],
    names: {
      ...NAMES,
      cc: ["gcc"],
      "pkg-config": ["pkgconf"],
      "webkit2gtk-4.1": ["webkit2gtk3-devel"],
      "librsvg-2.0": ["librsvg-devel"],
      "ayatana-appindicator3-0.1": ["libayatana-appindicator3-devel"],
      WebKitWebDriver: ["webkit2gtk3-minibrowser"],
      Xvfb: ["xorg-x11-server-Xvfb", "dejavu-fonts"],
    },
  },
  {
    command: "apk",
    install: ["apk", "add"],
    names: {
      ...NAMES,
      cc: ["gcc", "musl-dev"],
      "pkg-config": ["pkgconf"],
      "webkit2gtk-4.1": ["webkit2gtk-4.1-dev"],
      "librsvg-2.0": ["librsvg-dev"],
      "ayatana-appindicator3-0.1": ["libayatana-appindicator-dev"],
      WebKitWebDriver: ["webkit2gtk-4.1"],
      Xvfb: ["xvfb", "font-dejavu"],
    },
  },
];

/** What a person does by hand where no package manager is driven. */
const BY_HAND = {
  darwin: "Run `xcode-select --install`, which brings git and a C compiler.",
  win32: "Install Git for Windows from https://git-scm.com.",
  linux: "Install them with your distribution's package manager.",
};

/** Whether `command` can be started from this PATH. */
export function isOnPath(command, { path = process.env.PATH ?? "", platform = process.platform } = {}) {
  const endings = platform === "win32" ? [".exe", ".cmd", ".bat"] : [""];
  return path.split(delimiter).some((directory) =>
    endings.some((ending) => {
      try {
        const file = join(directory, command + ending);
        accessSync(file, constants.X_OK);
        return statSync(file).isFile();
      } catch {
        return false;
      }
    }),
  );
}

/** Whether the build would find the library of that name. */
function hasLibrary(name) {
  return spawnSync("pkg-config", ["--exists", name], { stdio: "ignore" }).status === 0;
}

/** Whether that program or library is here. */
function isHere({ command, isLibrary }) {
  return isLibrary ? hasLibrary(command) : isOnPath(command);
}

/** What `purpose` needs on `platform` and `has` does not find, each marked with whether it is required. */
export function missingPrograms(purpose, platform, has) {
  const isMeant = ({ on, onlyFor }) => (!on || on.includes(platform)) && (!onlyFor || onlyFor.includes(purpose));
  return PROGRAMS.filter((program) => isMeant(program) && !has(program)).map((program) => ({
    ...program,
    isRequired: program.requiredFor.includes(purpose),
  }));
}

/** The commands that bring `missing` with `manager`, each as its words; run as root or through `sudo`. */
export function installCommands(manager, missing, { isRoot, mayAsk = true }) {
  const packages = [...new Set(missing.flatMap(({ command }) => manager.names[command]))];
  const elevate = isRoot ? [] : mayAsk ? ["sudo"] : ["sudo", "-n"];
  const install = [...elevate, ...manager.install, ...packages];
  return manager.refresh ? [[...elevate, ...manager.refresh], install] : [install];
}

/**
 * Sees to it that the programs for `purpose` ("run", "desktop" or "test") are installed.
 *
 * Root and CI install without a question; a person at a terminal is asked; anyone else is told the command to run.
 * Fails with `SetUpError` when a required program is still missing afterwards.
 */
export async function ensureSystemPackages(purpose) {
  const missing = missingPrograms(purpose, process.platform, isHere);
  if (missing.length === 0) return;
  for (const { command, why, isRequired } of missing) {
    console.log(`   missing: ${command} (${why}${isRequired ? "" : "; optional"})`);
  }
  const manager = process.platform === "linux" ? MANAGERS.find(({ command }) => isOnPath(command)) : undefined;
  if (!manager) return refuseOrGoOn(missing, BY_HAND[process.platform] ?? BY_HAND.linux);

  const isRoot = process.getuid() === 0;
  const isAtTerminal = Boolean(process.stdin.isTTY && process.stdout.isTTY && !process.env.CI);
  const commands = installCommands(manager, missing, { isRoot, mayAsk: isAtTerminal });
  const typed = installCommands(manager, missing, { isRoot }).map((words) => words.join(" ")).join(" && ");
  const instruction = `Run this, then try again:\n  ${typed}`;
  const mayInstall = isRoot || process.env.CI || (isAtTerminal && (await agrees(typed)));
  if (!mayInstall) return refuseOrGoOn(missing, instruction);

  await install(commands);
  refuseOrGoOn(missingPrograms(purpose, process.platform, isHere), instruction);
}

// Whether it worked is seen by looking for the programs again: one unreachable source makes the refresh fail
// while the packages can still be had.
async function install(commands) {
  for (const [command, ...args] of commands) {
    try {
      await mustRun(command, args);
    } catch (error) {
      if (!(error instanceof SetUpError)) throw error;
      console.log(`   ${error.message}`);
    }
  }
}

function refuseOrGoOn(missing, instruction) {
  if (missing.length === 0) return;
  const required = missing.filter(({ isRequired }) => isRequired).map(({ command }) => command);
  if (required.length > 0) throw new SetUpError(`Cannot go on without ${required.join(", ")}. ${instruction}`);
  const optional = missing.map(({ command }) => command).join(", ");
  console.log(`   Going on without ${optional}. ${instruction}`);
}

async function agrees(command) {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question(`   Run \`${command}\` now? [Y/n] `);
    return /^(y(es)?)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
