import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createApp } from '../src/app.js';
import { TaskStore } from '../src/store.js';

/** The time in every test that does not set its own. */
export const NOW = new Date('2026-03-02T08:00:00Z');

/**
 * The program on a free port, with tasks of its own, for one test. Returns how to speak to it:
 * `send(method, path, body)` answers `{ status, headers, json }`.
 */
export async function runApp(t) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'todo-app-'));
  const store = await TaskStore.open(path.join(folder, 'tasks.json'));
  const server = createApp({ store, now: () => NOW }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });
  const base = `http://127.0.0.1:${server.address().port}`;
  const send = async (method, path, body) => {
    const response = await fetch(base + path, { method, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
  };
  return { base, store, send };
}
