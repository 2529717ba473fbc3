// Writes latest.json, which installed programs read to find a newer release: version, addresses and signatures.
// Called as `node .ci/update-manifest.mjs DIRECTORY ADDRESS` with the signed packages in DIRECTORY.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./lib/repository.mjs";
import { updateManifest } from "./lib/update-manifest.mjs";

const [directory, address] = process.argv.slice(2);
const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const signatures = new Map(
  readdirSync(directory)
    .filter((name) => name.endsWith(".sig"))
    .map((name) => [name.slice(0, -".sig".length), readFileSync(join(directory, name), "utf8").trim()]),
);
if (signatures.size === 0) {
  console.log("No package is signed, so no program looks for updates: latest.json is not written.");
} else {
  const manifest = updateManifest({ version, address, signatures, now: new Date() });
  writeFileSync(join(directory, "latest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  console.log(`latest.json leads to ${Object.keys(manifest.platforms).join(", ")}.`);
}
