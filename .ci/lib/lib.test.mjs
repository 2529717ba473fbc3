import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { claudePaths, place } from "./claude.mjs";
import { differences, photograph, testEnvironment, watchedPlaces } from "./hermetic.mjs";
import { isCurrent } from "./node-packages.mjs";
import { desktopProgram, hasScreen } from "./desktop.mjs";
import { packageConfig } from "./package-config.mjs";
import { quote, typed } from "./rehearsal.mjs";
import { releaseFlags } from "./release.mjs";
import { CLAUDE_VERSION, LOWEST_NODE, LOWEST_RUST } from "./repository.mjs";
import { CommandError, duration, mustRun, run, SetUpError } from "./steps.mjs";
import { installCommands, isOnPath, missingPrograms } from "./system-packages.mjs";
import { TestCounts } from "./test-counts.mjs";
import { isAtLeast } from "./toolchain.mjs";
import { updateManifest } from "./update-manifest.mjs";

let directory;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "harness-scripts-"))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test("the versions asked for are read from the files that define them", () => {
  assert.match(LOWEST_NODE, /^\d+\.\d+$/, "package.json's engines.node is where Node's version comes from");
  assert.match(LOWEST_RUST, /^1\.\d+$/, "Cargo.toml's rust-version is where Rust's comes from");
  assert.match(CLAUDE_VERSION, /^\d+\.\d+\.\d+$/, "the Claude CLI has to be pinned to one version");
});

test("versions are compared by number, part by part", () => {
  assert.ok(isAtLeast("1.100.0", "1.89"), "100 is more than 89, although it sorts before it as text");
  assert.ok(isAtLeast("1.89.0", "1.89"), "a missing part is zero");
  assert.ok(!isAtLeast("1.88.9", "1.89"), "an older minor version does not do");
  assert.ok(isAtLeast("20.19.0", "20.19") && !isAtLeast("20.18.3", "20.19"), "the build tools need 20.19");
});

test("a release names no place of the machine that built it", () => {
  const [option, setting] = releaseFlags({ root: "/home/ann/my harness", env: { CARGO_HOME: "/opt/cargo" }, home: "/home/ann" });
  assert.equal(option, "--config", "added to a person's own flags, never in their place");
  const flags = JSON.parse(setting.replace(/^build\.rustflags=/, ""));
  assert.deepEqual(flags, [
    "--remap-path-prefix=/home/ann/my harness=.",
    "--remap-path-prefix=/home/ann/my harness/target=target",
    "--remap-path-prefix=/opt/cargo=cargo",
  ]);
});

test("durations are read at a glance", () => {
  assert.equal(duration(437), "0.4 s");
  assert.equal(duration(12_400), "12 s");
  assert.equal(duration(187_000), "3 min 07 s");
  assert.equal(duration(119_900), "2 min 00 s", "rounding never shows sixty seconds");
});

test("a program is found only where it can be started", { skip: process.platform === "win32" }, () => {
  const program = join(directory, "bwrap");
  writeFileSync(program, "");
  assert.ok(!isOnPath("bwrap", { path: directory }), "a file without the execute bit is no program");
  chmodSync(program, 0o755);
  assert.ok(isOnPath("bwrap", { path: `/nonexistent:${directory}` }), "directories that are not there are passed over");
  mkdirSync(join(directory, "git"));
  assert.ok(!isOnPath("git", { path: directory }), "a directory is no program");
});

test("walls are required to test and offered to run, and only where they exist", () => {
  const bare = (purpose, platform) => missingPrograms(purpose, platform, () => false);
  const required = (programs) => programs.filter(({ isRequired }) => isRequired).map(({ command }) => command);
  const tests = ["git", "cc", "bwrap", "gnome-keyring-daemon", "dbus-run-session", "python3", "socat"];
  const window = ["pkg-config", "webkit2gtk-4.1", "librsvg-2.0", "ayatana-appindicator3-0.1"];
  assert.deepEqual(required(bare("test", "linux")), [...tests, ...window, "WebKitWebDriver", "xdotool", "Xvfb", "chromium"]);
  assert.deepEqual(required(bare("run", "linux")), ["git", "cc"], "the product says itself what is lost without walls");
  assert.deepEqual(required(bare("desktop", "linux")), ["git", "cc", ...window], "a window needs its libraries, and no tests");
  assert.deepEqual(bare("run", "win32").map(({ command }) => command), ["git"], "Windows has none of the others");
  assert.deepEqual(missingPrograms("test", "linux", () => true), [], "nothing is installed twice");
});

test("only what is missing is installed, and never with a password prompt nobody sees", () => {
  const apt = { refresh: ["apt-get", "update"], install: ["apt-get", "install"], names: { bwrap: ["bubblewrap"], cc: ["gcc", "libc6-dev"] } };
  const missing = [{ command: "bwrap" }, { command: "cc" }];
  assert.deepEqual(installCommands(apt, missing, { isRoot: true }), [
    ["apt-get", "update"],
    ["apt-get", "install", "bubblewrap", "gcc", "libc6-dev"],
  ]);
  assert.deepEqual(installCommands(apt, [missing[0]], { isRoot: false, mayAsk: false })[1], ["sudo", "-n", "apt-get", "install", "bubblewrap"]);
  assert.deepEqual(installCommands(apt, [missing[0]], { isRoot: false })[0], ["sudo", "apt-get", "update"]);
});

test("packages are installed again when the lock is newer, and after an install that was cut short", () => {
  const [lock, installed] = [join(directory, "package-lock.json"), join(directory, "node_modules", ".package-lock.json")];
  writeFileSync(lock, "{}");
  assert.ok(!isCurrent(directory), "nothing is installed yet");
  mkdirSync(join(directory, "node_modules"));
  assert.ok(!isCurrent(directory), "npm writes its copy of the lock last: this install never ended");
  writeFileSync(installed, "{}");
  utimesSync(lock, 1000, 1000);
  assert.ok(isCurrent(directory));
  utimesSync(installed, 999, 999);
  assert.ok(!isCurrent(directory), "the lock changed after the install");
});

test("the Claude CLI gets the name its platform expects", () => {
  const windows = claudePaths("root", "x86_64-pc-windows-msvc");
  assert.ok(windows.source.endsWith(join("claude-code-win32-x64", "claude.exe")));
  assert.ok(windows.target.endsWith("auto-agent-harness-claude-x86_64-pc-windows-msvc.exe"));
  assert.ok(claudePaths("root", "aarch64-unknown-linux-musl").source.includes("claude-code-linux-arm64-musl"));
  assert.ok(claudePaths("root", "aarch64-apple-darwin").target.endsWith("claude-aarch64-apple-darwin"));
  assert.throws(() => claudePaths("root", "riscv64gc-unknown-linux-gnu"), SetUpError, "a platform without a CLI is refused by name");
});

test("the Claude CLI is placed once, and again only when it changed", () => {
  const [source, target] = [join(directory, "claude"), join(directory, "binaries", "auto-agent-harness-claude")];
  writeFileSync(source, "version 1");
  assert.ok(place(source, target), "the first time it has to be put there");
  assert.equal(statSync(target).ino, statSync(source).ino, "a hard link spends no second 235 MB");
  assert.ok(!place(source, target), "the second time it is there");
  rmSync(source);
  writeFileSync(source, "version 2.0");
  assert.ok(place(source, target), "an update is put in the old one's place");
  assert.equal(statSync(target).size, "version 2.0".length);
});

test("what the test runners say is added up", () => {
  const counts = new TestCounts();
  counts.read("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s");
  counts.read("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s");
  for (const line of ["# tests 9", "# pass 7", "# fail 1", "# skipped 1", "test a_sentence ... ok"]) counts.read(line);
  for (const line of ["\u001b[2m      Tests \u001b[22m \u001b[1m1 failed\u001b[22m | 4 passed | 1 skipped (6)", " Test Files  2 passed (2)"]) counts.read(line);
  for (const line of ["  11 passed (3.2m)", "  1 failed", "  2 did not run", "    3 passed by on the left"]) counts.read(line);
  assert.equal(String(counts), "tests: 37 passed, 5 failed, 5 skipped");
});

test("a trace in the home is named, whatever it is", () => {
  const [kept, gone, fresh] = ["settings.json", "gone.json", "deep/fresh.json"].map((name) => join(directory, ".claude", name));
  mkdirSync(join(directory, ".claude"));
  writeFileSync(kept, "{}");
  writeFileSync(gone, "{}");
  const before = photograph(watchedPlaces(directory, {}, "linux"));
  assert.deepEqual(differences(before, photograph(watchedPlaces(directory, {}, "linux"))), [], "nothing happened");

  rmSync(gone);
  mkdirSync(join(directory, ".claude", "deep"));
  writeFileSync(fresh, "{}");
  writeFileSync(kept, '{"changed":true}');
  mkdirSync(join(directory, ".local/share/auto-agent-harness"), { recursive: true });
  const found = differences(before, photograph(watchedPlaces(directory, {}, "linux")));
  for (const expected of [`is gone: ${gone}`, `appeared: ${fresh}`, `changed: ${kept}`]) {
    assert.ok(found.includes(expected), `"${expected}" is missing from ${found}`);
  }
  assert.ok(found.includes(`appeared: ${join(directory, ".local/share/auto-agent-harness")}`), "the product's own data is watched too");
});

test("a test sees no account, setting or data of the person who runs it", () => {
  const personal = { ANTHROPIC_API_KEY: "k", CLAUDE_CONFIG_DIR: "/c", HARNESS_HOME: "/h", XDG_DATA_HOME: "/d", GIT_DIR: "/g", HOME: "/me" };
  const env = testEnvironment(join(directory, "home"), { ...personal, PATH: "/bin", CARGO_HOME: "/cargo" });
  for (const name of Object.keys(personal).filter((name) => name !== "HOME")) {
    assert.equal(env[name], undefined, `${name} would lead a test out of its own home`);
  }
  assert.equal(env.HOME, join(directory, "home"));
  assert.equal(env.CARGO_HOME, "/cargo", "the toolchain stays where it is");
  assert.equal(env.PATH, "/bin");
});

test("a command line that is shown can be typed", () => {
  assert.equal(quote("/tmp/a b", "linux"), "'/tmp/a b'");
  assert.equal(quote("it's", "linux"), String.raw`'it'\''s'`);
  assert.equal(typed("/tmp/data", ["target/release/harness", "features"], "linux"), "HARNESS_HOME=/tmp/data target/release/harness features");
  assert.equal(typed("C:\\Temp\\x y", ["harness.exe"], "win32"), "$env:HARNESS_HOME='C:\\Temp\\x y'; & harness.exe");
});

test("the window's program is looked for where the build leaves it", () => {
  const linux = desktopProgram("debug", { platform: "linux", env: { CARGO_TARGET_DIR: "/elsewhere" } });
  assert.equal(linux, join("/elsewhere", "debug", "auto-agent-harness"));
  assert.ok(desktopProgram("release", { platform: "win32", env: {} }).endsWith("auto-agent-harness.exe"));
});

test("a screen is looked for before anything is built for it", () => {
  assert.ok(!hasScreen({ platform: "linux", env: { DISPLAY: "" } }), "an empty DISPLAY names no screen");
  assert.ok(hasScreen({ platform: "linux", env: { WAYLAND_DISPLAY: "wayland-0" } }));
  assert.ok(hasScreen({ platform: "darwin", env: {} }), "elsewhere there always is one");
});

test("a package looks for updates only when its release names where, with a key, over https", () => {
  assert.deepEqual(packageConfig({ isWithoutClaude: false, env: {} }), { bundle: {} }, "a build from source asks nobody");
  assert.deepEqual(packageConfig({ isWithoutClaude: true, env: {} }), { bundle: { externalBin: [] } });
  const env = { HARNESS_UPDATE_PUBLIC_KEY: "key", HARNESS_UPDATE_ADDRESS: "https://example.org/latest.json", TAURI_SIGNING_PRIVATE_KEY: "secret" };
  const config = packageConfig({ isWithoutClaude: false, env });
  assert.deepEqual(config.plugins.updater, { pubkey: "key", endpoints: ["https://example.org/latest.json"] });
  assert.ok(!JSON.stringify(config).includes("secret"), "the signing key is the packager's business and in no package");
  assert.throws(() => packageConfig({ isWithoutClaude: false, env: { ...env, TAURI_SIGNING_PRIVATE_KEY: "" } }), /TAURI_SIGNING_PRIVATE_KEY is not set/);
  assert.throws(() => packageConfig({ isWithoutClaude: false, env: { ...env, HARNESS_UPDATE_ADDRESS: "http://example.org" } }), /https/);
});

test("a command's exit code and output lines come back", async () => {
  const lines = [];
  const script = "process.stdout.write('one\\ntw'); setImmediate(() => { process.stdout.write('o'); process.exitCode = 3; })";
  assert.equal(await run(process.execPath, ["-e", script], { onLine: (line) => lines.push(line) }), 3);
  assert.deepEqual(lines, ["one", "two"], "a line cut in two by the pipe is one line");
});

test("a command that fails or is missing is told as a sentence with its name", async () => {
  await assert.rejects(mustRun(process.execPath, ["-e", "process.exit(7)"]), (error) => error instanceof CommandError && error.exitCode === 7);
  await assert.rejects(mustRun(join(directory, "nonexistent"), []), /Could not start .*nonexistent/);
});

test("a release leads every platform to its signed package, and to none without the Claude CLI", () => {
  const names = [
    "auto-agent-harness-without-claude_1.0.0_amd64.AppImage",
    "Auto Agent Harness_1.0.0_amd64.AppImage",
    "Auto Agent Harness_1.0.0_aarch64.AppImage",
    "Auto Agent Harness_X64.app.tar.gz",
    "Auto Agent Harness_ARM64.app.tar.gz",
    "Auto Agent Harness_1.0.0_x64-setup.exe",
  ];
  const signatures = new Map(names.map((name) => [name, `signed ${name}`]));
  const release = { version: "1.0.0", address: "https://example.com/v1", now: new Date(0) };
  const { platforms } = updateManifest({ ...release, signatures });
  assert.deepEqual(
    platforms["linux-x86_64"],
    {
      signature: "signed Auto Agent Harness_1.0.0_amd64.AppImage",
      url: "https://example.com/v1/Auto%20Agent%20Harness_1.0.0_amd64.AppImage",
    },
    "the whole package, by an address that can be fetched",
  );
  assert.equal(Object.keys(platforms).length, 5);
  signatures.delete("Auto Agent Harness_ARM64.app.tar.gz");
  assert.throws(() => updateManifest({ ...release, signatures }), /darwin-aarch64/, "a platform left out is told");
});
