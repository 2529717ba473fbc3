import { isTauri } from "@tauri-apps/api/core";
import { askedEarly, joinedEarly } from "./api/early.ts";
import { tauriTransport } from "./api/tauri.ts";
import { shownFirst } from "./app/read-ahead.ts";
import { tauriHost } from "./host/tauri.ts";
import "./ui/tokens.css";

// This much is there at once. The host answers while the rest is still being loaded.
if (isTauri()) {
  const transport = askedEarly(joinedEarly(tauriTransport()), shownFirst(location.pathname));
  void import("./app/start.tsx").then(({ start }) => start(transport, tauriHost()));
} else {
  void import("./app/start-in-browser.ts").then(({ startInBrowser }) => startInBrowser());
}
