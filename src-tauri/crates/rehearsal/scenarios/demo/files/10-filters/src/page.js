import { readFile } from 'node:fs/promises';

// Every file is named here, so no path a client makes up can lead to another one.
const FILES = [
  { path: '/', file: 'index.html', type: 'text/html; charset=utf-8' },
  { path: '/style.css', file: 'style.css', type: 'text/css; charset=utf-8' },
  { path: '/app.js', file: 'app.js', type: 'text/javascript; charset=utf-8' },
  { path: '/filters.js', file: 'filters.js', type: 'text/javascript; charset=utf-8' },
  { path: '/view.js', file: 'view.js', type: 'text/javascript; charset=utf-8' },
];

const SOURCES = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:";

const HEADERS = {
  'cache-control': 'no-cache',
  'content-security-policy': SOURCES,
  'x-content-type-options': 'nosniff',
};

/** The routes of the web page. */
export function pageRoutes() {
  return FILES.map(({ path, file, type }) => ({
    method: 'GET',
    path,
    handle: async () => ({ body: await readFile(addressOf(file)), type, headers: HEADERS }),
  }));
}

function addressOf(file) {
  return new URL(`../public/${file}`, import.meta.url);
}
