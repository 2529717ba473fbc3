/* global FILES, VERSION */
// Keeps the interface at hand, so that it opens without the host and says that the host is away. What the host answers is
// never kept: it would be old, and might be somebody else's. `FILES` and `VERSION` are put in front of this by the build.

const SHELL = `shell-${VERSION}`;

/** The page, under every address. */
const PAGE = "/index.html";

self.addEventListener("install", (event) => {
  // From the host itself, and not from what the browser has kept of an earlier version.
  const files = FILES.map((file) => new Request(file, { cache: "reload" }));
  event.waitUntil(caches.open(SHELL).then((shell) => shell.addAll(files)));
});

// A new version waits until the last window of the old one is closed, or until a person wants it now: a window must never
// find half of its files gone.
self.addEventListener("message", (event) => {
  if (event.data === "take-over") void self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  const forget = async () => {
    const names = await caches.keys();
    await Promise.all(
      names.filter((name) => name.startsWith("shell-") && name !== SHELL).map((name) => caches.delete(name)),
    );
  };
  event.waitUntil(forget());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (!/^\/(api|ws)(\/|$)/.test(pathname)) event.respondWith(page(request));
  } else if (FILES.includes(pathname)) {
    event.respondWith(kept(pathname).then((file) => file ?? fetch(request)));
  }
});

async function kept(path) {
  const shell = await caches.open(SHELL);
  return shell.match(path);
}

/** The page as the host has it now; the kept one while the host is away. */
async function page(request) {
  try {
    const answer = await fetch(request);
    // Somebody on the way may answer that the host is away.
    return answer.status >= 502 && answer.status <= 504 ? ((await kept(PAGE)) ?? answer) : answer;
  } catch (thrown) {
    const page = await kept(PAGE);
    if (page) return page;
    throw thrown;
  }
}
