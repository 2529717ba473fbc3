// npm run package [-- --bundles deb,rpm] [--without-claude]: packages of the desktop application for this platform.
import { createHash } from "node:crypto";
import { createReadStream, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { buildPages, desktopProgram, packageProgram } from "./lib/desktop.mjs";
import { BUNDLES, packageConfig } from "./lib/package-config.mjs";
import { releaseFlags } from "./lib/release.mjs";
import { ROOT } from "./lib/repository.mjs";
import { main, mustRun, SetUpError, step } from "./lib/steps.mjs";
import { setUp } from "./setup.mjs";

const ENDINGS = [".deb", ".rpm", ".AppImage", ".dmg", ".exe", ".msi", ".sig"];

function given() {
  try {
    return parseArgs({ options: { bundles: { type: "string" }, "without-claude": { type: "boolean", default: false } } }).values;
  } catch (error) {
    throw new SetUpError(`${error.message}\nUsage: npm run package -- [--bundles deb,rpm] [--without-claude]`);
  }
}

/** The packages below `directory`. */
function packagesIn(directory) {
  const found = readdirSync(directory, { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile() && ENDINGS.includes(extname(entry.name)) && !entry.parentPath.includes(".AppDir"))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The same name with a word that says what is not in it. */
function withoutClaude(file) {
  const renamed = join(dirname(file), basename(file).replace(/^auto-agent-harness([_-])/, "auto-agent-harness-without-claude$1"));
  renameSync(file, renamed);
  return renamed;
}

async function sha256(file) {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

await main(async () => {
  const { bundles = BUNDLES[process.platform], "without-claude": isWithoutClaude } = given();
  const config = packageConfig({ isWithoutClaude, env: process.env });
  await setUp("desktop");
  await buildPages();
  const output = join(dirname(desktopProgram("release")), "bundle");
  // What an earlier version left would be taken for this one's.
  rmSync(output, { recursive: true, force: true });
  const tauri = ["build", "--ci", "--bundles", bundles, "--config", JSON.stringify(config), "--", "--locked", ...releaseFlags()];
  await step("packages", () => mustRun(process.execPath, [packageProgram("@tauri-apps/cli", "tauri"), ...tauri], { cwd: ROOT }));

  const files = packagesIn(output).map((file) => (isWithoutClaude ? withoutClaude(file) : file));
  if (files.length === 0) throw new SetUpError(`The packager left nothing in ${output}.`);
  const lines = [];
  for (const file of files) {
    const sum = await sha256(file);
    lines.push(`${sum}  ${basename(file)}`);
    console.log(`   ${(statSync(file).size / 1e6).toFixed(1).padStart(6)} MB  ${sum.slice(0, 12)}…  ${file}`);
  }
  writeFileSync(join(output, "SHA256SUMS"), `${lines.sort().join("\n")}\n`);
});
