// The browser of the system, which the tests use.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** Where a Chromium is; `CHROMIUM` counts more than what is on the path. None when there is none. */
export function findBrowser({ CHROMIUM, PATH = "" } = process.env) {
  const places = PATH.split(delimiter).flatMap((directory) => NAMES.map((name) => join(directory, name)));
  return [CHROMIUM, ...places].find((path) => path && isProgram(path));
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
