import { expect, test } from "vitest";
import { manifest } from "./manifest.ts";
import WORKER from "./worker.js?raw";

type Handler = (event: unknown) => void;

/** The worker in a browser that is pretended: with these caches, and a host that answers like this. */
function startWorker(answer: (path: string) => Promise<Response>, stored: Record<string, string[]> = {}) {
  const handlers = new Map<string, Handler>();
  const names = new Map(Object.entries(stored));
  const pathOf = (asked: Request | string) => (typeof asked === "string" ? asked : new URL(asked.url).pathname);
  const caches = {
    open: (name: string) =>
      Promise.resolve({
        match: (asked: Request | string) =>
          Promise.resolve(names.get(name)?.includes(pathOf(asked)) ? new Response(`kept ${pathOf(asked)}`) : undefined),
        addAll: (all: Request[]) => Promise.resolve(void names.set(name, all.map(pathOf))),
      }),
    keys: () => Promise.resolve([...names.keys()]),
    delete: (name: string) => Promise.resolve(names.delete(name)),
  };
  const self = {
    addEventListener: (name: string, handler: Handler) => handlers.set(name, handler),
    location: { origin: "https://host.test" },
    skipWaiting: () => Promise.resolve(),
  };
  const asked: string[] = [];
  const fetch = (request: Request) => {
    asked.push(pathOf(request));
    return answer(pathOf(request));
  };
  class Asked {
    readonly url: string;
    constructor(path: string) {
      this.url = `https://host.test${path}`;
    }
  }
  const run = new Function("self", "caches", "fetch", "Request", "VERSION", "FILES", WORKER) as (
    ...known: unknown[]
  ) => void;
  run(self, caches, fetch, Asked, "two", ["/index.html", "/assets/a.js"]);

  const dispatch = async (name: string) => {
    let done: Promise<unknown> = Promise.resolve();
    handlers.get(name)?.({ waitUntil: (work: Promise<unknown>) => (done = work) });
    await done;
  };
  /** What the worker answers; `null` when it leaves the request to the browser. */
  const load = async (path: string, mode = "cors", method = "GET"): Promise<string | null> => {
    let response: Promise<Response> | null = null;
    const request = { url: `https://host.test${path}`, method, mode };
    handlers.get("fetch")?.({ request, respondWith: (said: Promise<Response>) => (response = said) });
    const said = (await response) as Response | null;
    return said ? said.text() : null;
  };
  return { dispatch, load, asked, names };
}

const here = (path: string) => Promise.resolve(new Response(`fresh ${path}`));
const away = () => Promise.reject(new TypeError("away"));
const KEPT = { "shell-two": ["/index.html", "/assets/a.js"] };

test("what the host answers is never touched, let alone kept", async () => {
  const { load, asked } = startWorker(here, KEPT);
  for (const path of ["/api/projects", "/api/auth/state", "/ws/projects/ledger", "/somewhere.json"]) {
    expect(await load(path), path).toBeNull();
  }
  expect(await load("/api/openapi.json", "navigate"), "not even when it is opened as a page").toBeNull();
  expect(await load("/assets/a.js", "cors", "POST")).toBeNull();
  expect(asked).toEqual([]);
});

test("a page is the host's own as long as the host answers, and the kept one while it is away", async () => {
  expect(await startWorker(here, KEPT).load("/p/1/board", "navigate")).toBe("fresh /p/1/board");
  expect(await startWorker(away, KEPT).load("/p/1/board", "navigate")).toBe("kept /index.html");
  const proxy = () => Promise.resolve(new Response("bad gateway", { status: 502 }));
  expect(await startWorker(proxy, KEPT).load("/", "navigate"), "a proxy says that the host is away").toBe(
    "kept /index.html",
  );
});

test("files of this build come from what was kept, and from the host where something is missing", async () => {
  expect(await startWorker(away, KEPT).load("/assets/a.js")).toBe("kept /assets/a.js");
  expect(await startWorker(here).load("/assets/a.js")).toBe("fresh /assets/a.js");
});

test("a new version is complete before it takes over, and only then forgets the old one", async () => {
  const { dispatch, names } = startWorker(here, { "shell-one": ["/index.html"], other: ["/x"] });
  await dispatch("install");
  expect(names.get("shell-two")).toEqual(["/index.html", "/assets/a.js"]);
  expect(names.has("shell-one"), "windows of the old version still need their files").toBe(true);
  await dispatch("activate");
  expect([...names.keys()].sort(), "and nothing that is not its own").toEqual(["other", "shell-two"]);
});

test("the manifest has what browsers ask of something they install", () => {
  const sizes = manifest.icons.filter(({ purpose }) => purpose === "any").map((icon) => icon.sizes);
  expect(sizes).toEqual(expect.arrayContaining(["192x192", "512x512"]));
  expect(manifest.icons.some(({ purpose }) => purpose === "maskable")).toBe(true);
  expect([manifest.display, manifest.start_url, manifest.scope]).toEqual(["standalone", "/", "/"]);
});
