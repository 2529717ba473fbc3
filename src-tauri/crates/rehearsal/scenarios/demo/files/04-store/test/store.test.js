import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { TaskStore } from '../src/store.js';

const now = new Date('2026-03-02T08:00:00Z');

async function fileFor(t) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'todo-store-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return path.join(folder, 'data', 'tasks.json');
}

test('tasks get numbers in order and are found by them', async (t) => {
  const store = await TaskStore.open(await fileFor(t));
  const milk = await store.add({ title: 'Buy milk' }, now);
  const rent = await store.add({ title: 'Pay the rent' }, now);
  assert.deepEqual([milk.id, rent.id], [1, 2]);
  assert.equal(store.get(2).title, 'Pay the rent');
  assert.equal(store.get(3), undefined);
  assert.deepEqual(store.list().map((task) => task.title), ['Buy milk', 'Pay the rent']);
});

test('what was written is there after opening the file again', async (t) => {
  const file = await fileFor(t);
  const store = await TaskStore.open(file);
  await store.add({ title: 'Buy milk', priority: 'high' }, now);
  await store.add({ title: 'Pay the rent' }, now);
  await store.change(1, { done: true }, now);
  await store.remove(2);
  const again = await TaskStore.open(file);
  assert.deepEqual(again.list(), store.list());
  assert.equal(again.get(1).done, true);
});

test('changing or removing what is not there says so', async (t) => {
  const store = await TaskStore.open(await fileFor(t));
  assert.equal(await store.change(1, { done: true }, now), undefined);
  assert.equal(await store.remove(1), false);
});

test('many changes at once are all kept, and no draft is left behind', async (t) => {
  const file = await fileFor(t);
  const store = await TaskStore.open(file);
  await Promise.all(Array.from({ length: 40 }, (_, index) => store.add({ title: `Task ${index}` }, now)));
  const kept = JSON.parse(await readFile(file, 'utf8')).tasks;
  assert.equal(new Set(kept.map((task) => task.id)).size, 40);
  assert.deepEqual(await readdir(path.dirname(file)), ['tasks.json']);
});

for (const content of ['', '{', '[]', '{"version":2,"tasks":[]}', '{"version":1,"tasks":{}}']) {
  test(`a file with ${JSON.stringify(content)} is refused and left alone`, async (t) => {
    const file = await fileFor(t);
    await mkdir(path.dirname(file));
    await writeFile(file, content);
    await assert.rejects(TaskStore.open(file), /not a task file/);
    assert.equal(await readFile(file, 'utf8'), content);
  });
}

test('a change that cannot be written fails, and the next one can succeed', async (t) => {
  const file = await fileFor(t);
  const store = await TaskStore.open(file);
  await writeFile(path.dirname(file), 'in the way');
  await assert.rejects(store.add({ title: 'Lost' }, now));
  assert.deepEqual(store.list(), [], 'what is not on disk is not shown');
  await rm(path.dirname(file));
  await store.add({ title: 'Kept' }, now);
  assert.ok((await readFile(file, 'utf8')).includes('Kept'));
});
