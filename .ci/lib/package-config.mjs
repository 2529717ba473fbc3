// What a package is built with beyond src-tauri/tauri.conf.json: what to leave out, and how it finds updates.
import { SetUpError } from "./steps.mjs";

/** What is built on each platform unless somebody asks for something else. An AppImage needs a download of its own. */
export const BUNDLES = { linux: "deb,rpm", darwin: "app,dmg", win32: "nsis,msi" };

/** A release that updates itself names all three; a build from source names none. */
const UPDATES = ["HARNESS_UPDATE_PUBLIC_KEY", "HARNESS_UPDATE_ADDRESS", "TAURI_SIGNING_PRIVATE_KEY"];

/**
 * The settings on top of `tauri.conf.json`, as a JSON merge patch.
 *
 * Without the variables for updates a package never looks for any. Fails with `SetUpError` when only some of them are
 * set, and when the address is not https: a release that cannot be updated would be found out too late.
 */
export function packageConfig({ isWithoutClaude, env }) {
  const config = { bundle: {} };
  if (isWithoutClaude) config.bundle.externalBin = [];
  const missing = UPDATES.filter((name) => !env[name]);
  if (missing.length === UPDATES.length) return config;
  if (missing.length > 0) throw new SetUpError(`Updates need ${UPDATES.join(", ")}; ${missing.join(" and ")} is not set.`);
  const address = env.HARNESS_UPDATE_ADDRESS;
  if (!address.startsWith("https://")) throw new SetUpError(`Updates come over https only; HARNESS_UPDATE_ADDRESS is ${address}`);
  config.bundle.createUpdaterArtifacts = true;
  config.plugins = { updater: { pubkey: env.HARNESS_UPDATE_PUBLIC_KEY, endpoints: [address] } };
  return config;
}
