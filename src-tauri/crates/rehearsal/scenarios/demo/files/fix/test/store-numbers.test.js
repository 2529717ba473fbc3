import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { TaskStore } from '../src/store.js';

const now = new Date('2026-03-02T08:00:00Z');

async function fileFor(t) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'todo-numbers-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return path.join(folder, 'tasks.json');
}

test('the number of a deleted task is never given to another', async (t) => {
  const store = await TaskStore.open(await fileFor(t));
  await store.add({ title: 'Buy milk' }, now);
  await store.add({ title: 'Call the dentist' }, now);
  await store.remove(2);
  const next = await store.add({ title: 'Pay the rent' }, now);
  assert.equal(next.id, 3, 'a link to the deleted task 2 must not open another task');
});

test('numbers stay used up when the program starts again, even with every task deleted', async (t) => {
  const file = await fileFor(t);
  const store = await TaskStore.open(file);
  await store.add({ title: 'Buy milk' }, now);
  await store.remove(1);
  const again = await TaskStore.open(file);
  assert.equal((await again.add({ title: 'Pay the rent' }, now)).id, 2);
});

test('a file from before numbers were remembered goes on after its highest', async (t) => {
  const file = await fileFor(t);
  const store = await TaskStore.open(file);
  await store.add({ title: 'Buy milk' }, now);
  await store.add({ title: 'Pay the rent' }, now);
  const { nextId, ...before } = JSON.parse(await readFile(file, 'utf8'));
  assert.equal(nextId, 3);
  await writeFile(file, JSON.stringify(before));
  const old = await TaskStore.open(file);
  assert.equal((await old.add({ title: 'Read' }, now)).id, 3);
});
