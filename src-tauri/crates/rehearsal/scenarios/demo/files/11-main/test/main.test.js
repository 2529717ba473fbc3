import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../src/main.js', import.meta.url));

async function folderFor(t) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'todo-main-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts the program as a person would. Resolves when it listens, with its address. */
async function start(t, dataFile) {
  const env = { ...process.env, PORT: '0', HOST: '127.0.0.1', DATA_FILE: dataFile };
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, base: line.replace('Listening on ', '') };
}

async function stop(child) {
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  return code;
}

test('tasks are still there after a restart', async (t) => {
  const file = path.join(await folderFor(t), 'tasks.json');
  const first = await start(t, file);
  const made = await fetch(`${first.base}/api/tasks`, { method: 'POST', body: '{"title":"Buy milk"}' });
  assert.equal(made.status, 201);
  assert.equal(await stop(first.child), 0, 'a stop is not a failure');
  const second = await start(t, file);
  const { tasks } = await (await fetch(`${second.base}/api/tasks`)).json();
  assert.deepEqual(tasks.map((task) => task.title), ['Buy milk']);
  await stop(second.child);
});

test('even a killed program loses nothing it has confirmed', async (t) => {
  const file = path.join(await folderFor(t), 'tasks.json');
  const first = await start(t, file);
  await fetch(`${first.base}/api/tasks`, { method: 'POST', body: '{"title":"Buy milk"}' });
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  const second = await start(t, file);
  assert.equal((await (await fetch(`${second.base}/api/tasks`)).json()).tasks.length, 1);
  await stop(second.child);
});

test('a start that cannot succeed says why and ends with 1', async (t) => {
  const file = path.join(await folderFor(t), 'tasks.json');
  await writeFile(file, 'not ours');
  const env = { ...process.env, PORT: '0', DATA_FILE: file };
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const [[code], [words]] = await Promise.all([once(child, 'exit'), once(child.stderr, 'data')]);
  assert.equal(code, 1);
  assert.match(String(words), /cannot start: .*is not a task file/);
});
