import { httpTransport } from "@/api/http.ts";
import { httpDoor } from "@/api/http-door.ts";
import { browserHost } from "@/host/browser.ts";
import { keepShell } from "@/pwa/keep-shell.ts";
import { start } from "./start.tsx";

/** Draws the application over the network, behind its door. */
export function startInBrowser(): void {
  const door = httpDoor();
  start(httpTransport(door), browserHost(), door);
  if (import.meta.env.PROD) void keepShell();
}
