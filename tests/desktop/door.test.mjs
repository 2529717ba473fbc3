// The door to the network, opened from the window: another device comes in by a pairing code over TLS, and is out at once
// when the door is shut.
import assert from "node:assert/strict";
import https from "node:https";
import { after, before, test } from "node:test";
import { freePort, sitDown, until } from "./desk.mjs";
import { furnish } from "./furniture.mjs";
import { closeWindow, openOn } from "./window.mjs";

let desk;
let desktop;
let window;
let address;
before(async () => {
  desk = await sitDown();
  desktop = await furnish(desk);
  window = await openOn(desk);
  address = `127.0.0.1:${await freePort()}`;
});
after(() => desk?.leave());

/** What another device gets for a request; its certificate is looked at instead of trusted. */
function ask(method, path, { body, cookies } = {}) {
  return new Promise((resolve, reject) => {
    const headers = { ...(body && { "content-type": "application/json" }), ...(cookies && { cookie: cookies }), origin: `https://${address}` };
    const request = https.request(`https://${address}${path}`, { method, headers, rejectUnauthorized: false, agent: false, timeout: 20_000 });
    request.on("response", (response) => {
      const { fingerprint256: fingerprint } = response.socket.getPeerCertificate();
      let text = "";
      response.setEncoding("utf8").on("data", (part) => (text += part));
      response.on("end", () => resolve({ status: response.statusCode, text, fingerprint, cookies: (response.headers["set-cookie"] ?? []).map((one) => one.split(";")[0]).join("; ") }));
    });
    request.on("timeout", () => request.destroy(new Error("no answer")));
    request.on("error", reject);
    request.end(body && JSON.stringify(body));
  });
}

const isShut = () =>
  ask("GET", "/api/health").then(
    () => false,
    ({ code }) => code === "ECONNREFUSED",
  );
const doorLine = async () => (await desktop.menu()).find(({ label }) => /network/.test(label));

test("it is shut until somebody opens it, and the tray says so", async () => {
  const lan = await window.call("lan_status");
  assert.deepEqual([lan.is_on, lan.can_switch], [false, true]);
  assert.deepEqual(await doorLine(), { label: "Not open to the network", isEnabled: false });
  assert.ok(await isShut(), "nobody listens");
});

test("opened to the network while nobody could sign in, it says what to do first", async () => {
  await assert.rejects(window.call("lan_start", { address: "0.0.0.0:0", is_tls: true }), /People.*no account/s);
});

test("another device comes in by a pairing code, over TLS with the certificate that the window shows", async () => {
  await window.call("lan_start", { address, is_tls: true });
  const lan = await window.call("lan_status");
  assert.ok(lan.is_on && lan.is_tls && lan.address === address, JSON.stringify(lan));
  await until(async () => (await doorLine()).isEnabled, "the tray says that the door is open");

  const stranger = await ask("GET", "/api/projects");
  assert.equal(stranger.status, 401, "an open door lets in nobody unknown");
  assert.equal(stranger.fingerprint, lan.fingerprint, "a person can compare what browser and window show");

  const { code } = await window.call("pairing_start", { role: "viewer" });
  const wrong = await ask("POST", "/api/auth/pair", { body: { code: "WRONG-CODE", device_name: "phone" } });
  assert.notEqual(wrong.status, 200, "a code cannot be made up");
  const paired = await ask("POST", "/api/auth/pair", { body: { code, device_name: "phone" } });
  assert.equal(paired.status, 200, paired.text);
  const listed = await ask("GET", "/api/projects", { cookies: paired.cookies });
  assert.equal(listed.status, 200, listed.text);
  const again = await ask("POST", "/api/auth/pair", { body: { code, device_name: "somebody else" } });
  assert.notEqual(again.status, 200, "a code is good for one device");
});

test("the tray shuts it, and so does the end of the program", async () => {
  await desktop.choose((await doorLine()).label);
  await until(isShut, "nobody listens any more");
  await until(async () => !(await window.call("lan_status")).is_on, "the window knows");

  await window.call("lan_start", { address, is_tls: true });
  assert.equal((await ask("GET", "/api/health")).status, 200);
  closeWindow(desk);
  await until(() => desk.programs().length === 0, "the program has ended");
  assert.ok(await isShut(), "nobody listens any more");
  window = await openOn(desk);
  assert.equal((await window.call("lan_status")).is_on, false, "a start never opens it");
});
