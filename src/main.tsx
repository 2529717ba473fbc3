import { isTauri } from "@tauri-apps/api/core";
import { httpTransport } from "./api/http.ts";
import { httpDoor } from "./api/http-door.ts";
import { tauriTransport } from "./api/tauri.ts";
import { start } from "./app/start.tsx";
import { browserHost } from "./host/browser.ts";
import { tauriHost } from "./host/tauri.ts";
import { keepShell } from "./pwa/keep-shell.ts";

if (isTauri()) start(tauriTransport(), tauriHost());
else {
  const door = httpDoor();
  start(httpTransport(door), browserHost(), door);
  // In the desktop application the pages are at hand anyway.
  if (import.meta.env.PROD) void keepShell();
}
