import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Failure } from "./failure.ts";
import { httpTransport } from "./http.ts";
import { httpDoor } from "./http-door.ts";

const ORIGIN = "http://host.test";
const MIRA = { id: 1, name: "mira", role: "admin" };
const signedIn = (user: object | null = MIRA) => ({
  needs_setup: false,
  version: "1",
  is_tls: false,
  user,
  device: null,
  csrf: user && "the-csrf",
  access_expires_at_ms: null,
});
const refusal = { code: "unauthorized", message: "Sign in.", hint: null, incident: null };

type Sent = { path: string; method: string; headers: Record<string, string>; body: unknown };
/** What the pretended host answers, by path; the last answer of a path stays. */
let answers: Record<string, { status: number; body: unknown; headers?: Record<string, string> }[]>;
let sent: Sent[];

beforeEach(() => {
  answers = {};
  sent = [];
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    const path = url.slice(ORIGIN.length);
    const body: unknown = init.body ? JSON.parse(String(init.body)) : null;
    sent.push({ path, method: init.method ?? "GET", headers: init.headers as Record<string, string>, body });
    const queue = answers[path];
    const answer = queue && (queue.length > 1 ? queue.shift() : queue[0]);
    if (!answer) return Promise.reject(new TypeError(`nothing answers ${path}`));
    return Promise.resolve(
      new Response(JSON.stringify(answer.body), { status: answer.status, headers: answer.headers ?? {} }),
    );
  });
});
afterEach(() => vi.unstubAllGlobals());

const ok = (body: unknown) => ({ status: 200, body });
const no = { status: 401, body: refusal };
const paths = () => sent.map(({ path }) => path);

async function knownDoor() {
  answers["/api/auth/state"] = [ok(signedIn())];
  const door = httpDoor(ORIGIN);
  await door.look();
  sent = [];
  return door;
}

test("a change brings back the word of the host against forged ones, a read does not", async () => {
  const door = await knownDoor();
  answers["/api/projects/3/touch"] = [ok(null)];
  answers["/api/projects"] = [ok([])];
  const transport = httpTransport(door, ORIGIN);
  await transport.call("project_touch", { project: 3 });
  await transport.call("project_list", null);
  expect(sent.map(({ headers }) => headers["x-csrf-token"])).toEqual(["the-csrf", undefined]);
});

test("many calls refused at once renew the session once, and each is sent again", async () => {
  const door = await knownDoor();
  answers["/api/projects"] = [no, no, no, ok(["a project"])];
  answers["/api/auth/state"] = [ok(signedIn(null))];
  answers["/api/auth/refresh"] = [ok(signedIn())];
  const transport = httpTransport(door, ORIGIN);
  const calls = [1, 2, 3].map(() => transport.call("project_list", null));
  expect(await Promise.all(calls)).toEqual([["a project"], ["a project"], ["a project"]]);
  expect(
    paths().filter((path) => path === "/api/auth/refresh"),
    "the refresh token is good for one use",
  ).toHaveLength(1);
  expect(paths().filter((path) => path === "/api/projects")).toHaveLength(6);
});

test("a change that met an expired session is made after the same person has signed in again", async () => {
  const door = await knownDoor();
  answers["/api/projects/3/touch"] = [no, ok("touched")];
  answers["/api/auth/state"] = [ok(signedIn(null))];
  answers["/api/auth/refresh"] = [no];
  const call = httpTransport(door, ORIGIN).call("project_touch", { project: 3 });
  await vi.waitFor(() => expect(door.view().expired, "the person is asked to sign in").toBe("mira"), {
    timeout: 20_000,
  });
  answers["/api/auth/login"] = [ok(signedIn())];
  await door.enter({ by: "login", name: "mira", password: "x", device_name: "here" });
  expect(await call, "nothing has to be done twice").toBe("touched");
});

test("what one person began is not finished in the name of another", async () => {
  const door = await knownDoor();
  answers["/api/projects/3/touch"] = [no];
  answers["/api/auth/state"] = [ok(signedIn(null))];
  answers["/api/auth/refresh"] = [no];
  const call = httpTransport(door, ORIGIN).call("project_touch", { project: 3 });
  call.catch(() => undefined);
  await vi.waitFor(() => expect(door.view().expired).toBe("mira"), { timeout: 20_000 });
  answers["/api/auth/login"] = [ok(signedIn({ id: 2, name: "otto", role: "viewer" }))];
  await door.enter({ by: "login", name: "otto", password: "x", device_name: "here" });
  await expect(call).rejects.toMatchObject({ code: "unauthorized" });
  expect(
    paths().filter((path) => path === "/api/projects/3/touch"),
    "it was sent once",
  ).toHaveLength(1);
});

test("a host that nobody reaches is not a session that ended", async () => {
  const door = await knownDoor();
  answers["/api/projects"] = [no];
  answers["/api/auth/state"] = [];
  await expect(httpTransport(door, ORIGIN).call("project_list", null)).rejects.toMatchObject({ code: "unavailable" });
  expect(door.view().expired, "nobody is asked for a password that nobody can check").toBeNull();
});

test("a call that is refused even with a fresh session fails, and is not sent for ever", async () => {
  const door = await knownDoor();
  answers["/api/projects"] = [no];
  await expect(httpTransport(door, ORIGIN).call("project_list", null)).rejects.toMatchObject({ code: "unauthorized" });
  expect(paths().filter((path) => path === "/api/projects")).toHaveLength(3);
});

test("too many tries come with the time to wait", async () => {
  const door = httpDoor(ORIGIN);
  const busy = { code: "busy", message: "Too many tries.", hint: null, incident: null };
  answers["/api/auth/login"] = [{ status: 429, body: busy, headers: { "retry-after": "42" } }];
  const failed = await door
    .enter({ by: "login", name: "mira", password: "x", device_name: "here" })
    .catch((thrown: unknown) => thrown);
  expect(failed).toBeInstanceOf(Failure);
  expect(failed).toMatchObject({ code: "busy", wait_ms: 42_000 });
});

class Socket extends EventTarget {
  static readonly all: Socket[] = [];
  readonly url: string;
  constructor(url: string) {
    super();
    this.url = url;
    Socket.all.push(this);
  }
  close() {}
}

test("the event stream waits for somebody to be in, goes on where it broke, and takes a ticket where the cookie fails", async () => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Socket);
  Socket.all.length = 0;
  try {
    answers["/api/auth/state"] = [ok(signedIn(null))];
    answers["/api/auth/refresh"] = [no];
    answers["/api/auth/ticket"] = [ok({ ticket: "one-use" })];
    const door = httpDoor(ORIGIN);
    await door.look();
    const leave = httpTransport(door, ORIGIN).subscribe({ frame: () => undefined, connection: () => undefined });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(Socket.all, "a socket for nobody would be refused").toHaveLength(0);

    answers["/api/auth/login"] = answers["/api/auth/state"] = [ok(signedIn())];
    await door.enter({ by: "login", name: "mira", password: "x", device_name: "here" });
    await vi.advanceTimersByTimeAsync(0);
    const [first] = Socket.all;
    expect(first?.url).toBe("ws://host.test/api/events");
    first?.dispatchEvent(new Event("open"));
    first?.dispatchEvent(new MessageEvent("message", { data: JSON.stringify({ frame: "hello", epoch: "e", seq: 7 }) }));
    first?.dispatchEvent(new Event("close"));
    await vi.advanceTimersByTimeAsync(300);
    expect(Socket.all[1]?.url, "nothing that happened meanwhile is lost").toBe(
      "ws://host.test/api/events?after=7&epoch=e",
    );
    Socket.all[1]?.dispatchEvent(new Event("close"));
    await vi.advanceTimersByTimeAsync(300);
    Socket.all[2]?.dispatchEvent(new Event("close"));
    await vi.advanceTimersByTimeAsync(600);
    expect(Socket.all[3]?.url).toBe("ws://host.test/api/events?after=7&epoch=e&ticket=one-use");
    leave();
  } finally {
    vi.useRealTimers();
  }
});
