// Programs of the operating system that the build, the product or the tests need, and how to get them here.
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline/promises";
import { mustRun, SetUpError } from "./steps.mjs";

/**
 * What is needed beside Node and Rust. `requiredFor` names the purposes that cannot go on without it:
 * for any other it is offered, and its absence only reported. `on` limits it to platforms where it exists, `onlyFor` to
 * one purpose.
 */
const PROGRAMS = [
  { command: "git", why: "every finished feature is a commit", requiredFor: ["run", "test"] },
  { command: "cc", why: "SQLite and libgit2 are compiled from source", requiredFor: ["run", "test"], on: ["linux", "darwin"] },
  { command: "bwrap", why: "agents run behind its walls", requiredFor: ["test"], on: ["linux"] },
  { command: "gnome-keyring-daemon", why: "the tests of the keychain use a real one", requiredFor: ["test"], onlyFor: "test", on: ["linux"] },
  { command: "dbus-run-session", why: "that keychain is reached over it", requiredFor: ["test"], onlyFor: "test", on: ["linux"] },
  { command: "python3", why: "a test installs a wheel behind the walls", requiredFor: ["test"], onlyFor: "test", on: ["linux"] },
  { command: "socat", why: "agents reach the listed hosts through it, and no others", requiredFor: ["test"], on: ["linux"] },
];

const NAMES = {
  git: ["git"],
  bwrap: ["bubblewrap"],
  socat: ["socat"],
  "gnome-keyring-daemon": ["gnome-keyring"],
  "dbus-run-session": ["dbus"],
  python3: ["python3"],
};

/** The package managers that are driven here. The first one found is the machine's own. */
const MANAGERS = [
  {
    command: "apt-get",
    refresh: ["apt-get", "update", "-qq"],
    install: ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-qq", "--no-install-recommends"],
    names: { ...NAMES, cc: ["gcc", "libc6-dev"], python3: ["python3", "python3-venv"] },
  },
  { command: "dnf", install: ["dnf", "install", "-y"], names: { ...NAMES, cc: ["gcc"], "dbus-run-session": ["dbus-daemon"] } },
  { command: "pacman", install: ["pacman", "-S", "--needed", "--noconfirm"], names: { ...NAMES, cc: ["gcc"], python3: ["python"] } },
  { command: "zypper", install: ["zypper", "--non-interactive", "install"], names: { ...NAMES, cc: ["gcc"] } },
  { command: "apk", install: ["apk", "add"], names: { ...NAMES, cc: ["gcc", "musl-dev"] } },
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

/** The programs for `purpose` that `has` does not find on `platform`, each marked with whether it is required. */
export function missingPrograms(purpose, platform, has) {
  const isMeant = ({ on, onlyFor }) => (!on || on.includes(platform)) && (!onlyFor || onlyFor === purpose);
  return PROGRAMS.filter((program) => isMeant(program) && !has(program.command)).map((program) => ({
    ...program,
    isRequired: program.requiredFor.includes(purpose),
  }));
}

/** The commands that bring `missing` with `manager`, each as its words; run as root or through `sudo`. */
export function installCommands(manager, missing, { isRoot, mayAsk = true }) {
  const packages = missing.flatMap(({ command }) => manager.names[command]);
  const elevate = isRoot ? [] : mayAsk ? ["sudo"] : ["sudo", "-n"];
  const install = [...elevate, ...manager.install, ...packages];
  return manager.refresh ? [[...elevate, ...manager.refresh], install] : [install];
}

/**
 * Sees to it that the programs for `purpose` ("run" or "test") are installed.
 *
 * Root and CI install without a question; a person at a terminal is asked; anyone else is told the command to run.
 * Fails with `SetUpError` when a required program is still missing afterwards.
 */
export async function ensureSystemPackages(purpose) {
  const missing = missingPrograms(purpose, process.platform, isOnPath);
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
  refuseOrGoOn(missingPrograms(purpose, process.platform, isOnPath), instruction);
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
