// What tauri-plugin-updater reads: https://v2.tauri.app/plugin/updater/#static-json-file
import { SetUpError } from "./steps.mjs";

/** The package each platform updates from, by how its name ends. */
const PACKAGES = [
  ["linux-x86_64", /_amd64\.AppImage$/],
  ["linux-aarch64", /_aarch64\.AppImage$/],
  ["darwin-x86_64", /_X64\.app\.tar\.gz$/],
  ["darwin-aarch64", /_ARM64\.app\.tar\.gz$/],
  ["windows-x86_64", /_x64-setup\.exe$/],
];

/**
 * The manifest of a release. `signatures` has the signature of each package by its name; those without the Claude CLI
 * are left alone, since nobody who has the CLI wants it gone after an update.
 *
 * Fails with `SetUpError` when a platform has no signed package: its users would never hear of the release.
 */
export function updateManifest({ version, address, signatures, now }) {
  const platforms = {};
  for (const [platform, ending] of PACKAGES) {
    const name = [...signatures.keys()].find((one) => ending.test(one) && !one.includes("without-claude"));
    if (!name) throw new SetUpError(`No signed package for ${platform} (${ending.source}) is among the packages.`);
    platforms[platform] = { signature: signatures.get(name), url: `${address}/${encodeURIComponent(name)}` };
  }
  return { version, pub_date: now.toISOString(), platforms };
}
