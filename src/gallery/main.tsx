import type { Theme } from "@/api/bindings.ts";
import { unreached } from "@/api/failure.ts";
import { FakeDoor } from "@/api/fake/door.ts";
import { FakeHost } from "@/api/fake/host.ts";
import { start } from "@/app/start.tsx";
import { browserHost } from "@/host/browser.ts";
import "@/ui/tokens.css";

/** When the session that is to expire does so, in milliseconds. */
const EXPIRES_MS = 400;

/** How often a live run goes on by a turn, in milliseconds. */
const TURN_MS = 1500;

const wanted = new URLSearchParams(window.location.search);
const cards = Number(wanted.get("cards") ?? 240);
const host = new FakeHost({
  now: () => Date.now(),
  projects: [
    { name: "ledger", cards },
    { name: "field-notes", cards: 64 },
    { name: "to-do", cards: 12, isRehearsal: true },
    { name: "moved-away", cards: 20, problem: "The folder is no longer there." },
  ],
});
const rows = Number(wanted.get("rows") ?? 0);
if (rows > 0) host.addLongRun(rows);
if (wanted.get("run") !== "none") {
  host.start(1);
  for (let turn = 0; turn < 5; turn += 1) host.tick();
  if (wanted.get("run") !== "still") setInterval(() => host.tick(), TURN_MS);
}
if (wanted.has("lan")) void host.call("lan_start", { address: null, is_tls: true });
if (wanted.has("ask")) {
  host.ask("approval");
  host.ask("question");
}
if (wanted.has("talk")) {
  void host
    .call("interview_start", { project: 1, spec: "main", text: "A list of things to do, for our small team." })
    .then(() => host.call("interview_send", { project: 1, text: "Six people who share one list.", answers: null }));
}
if (wanted.has("pictures")) {
  for (const name of ["before.png", "after.png"]) {
    void host.call("image_add", { project: 1, feature: 193, name, data: pictureOf(320, 200) });
  }
}
const theme = (window as { galleryTheme?: Theme }).galleryTheme;
if (theme) host.world.settings = { ...host.world.settings, theme };
Object.assign(window, { fakeHost: host });
start(host, browserHost(), doorOf(wanted.get("door")));

/** A plain picture, as base64. */
function pictureOf(width: number, height: number): string {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (context) {
    context.fillStyle = "#4650c8";
    context.fillRect(0, 0, width, height);
    context.fillStyle = "#ffffff";
    context.fillRect(24, 24, width / 2, height / 3);
  }
  return canvas.toDataURL("image/png").replace(/^.*,/, "");
}

/** The door as it is asked for: nobody in, the first account still to be made, a session over, or somebody of a role. */
function doorOf(asked: string | null): FakeDoor | null {
  if (asked === null) return null;
  if (asked === "login") return new FakeDoor({ user: null, isTls: false });
  if (asked === "setup") return new FakeDoor({ needsSetup: true });
  if (asked === "viewer" || asked === "operator" || asked === "admin") {
    return new FakeDoor({ user: { name: "mira", role: asked } });
  }
  const door = new FakeDoor();
  if (asked === "away") door.failWith(unreached("no answer"));
  if (asked === "expired") setTimeout(() => door.expire(), EXPIRES_MS);
  return door;
}
