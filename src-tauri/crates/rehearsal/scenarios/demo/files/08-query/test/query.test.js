import assert from 'node:assert/strict';
import test from 'node:test';
import { InvalidQuery, select } from '../src/query.js';
import { changedTask, newTask } from '../src/task.js';
import { runApp } from '../support/running-app.js';

const now = new Date('2026-03-02T08:00:00Z');
const today = '2026-03-02';
const tasks = [
  newTask(1, { title: 'Buy milk', due: '2026-03-04', notes: 'Two bottles' }, now),
  newTask(2, { title: 'pay the rent', due: '2026-03-01', priority: 'high' }, now),
  changedTask(newTask(3, { title: 'Café with Ana', due: '2026-02-20', priority: 'low' }, now), { done: true }, now),
  newTask(4, { title: 'Read', priority: 'low' }, now),
];

const ids = (query) => select(tasks, query, today).map((task) => task.id);

test('without a query every task comes, oldest first', () => {
  assert.deepEqual(ids({}), [1, 2, 3, 4]);
});

test('tasks are chosen by their state', () => {
  assert.deepEqual(ids({ state: 'open' }), [1, 2, 4]);
  assert.deepEqual(ids({ state: 'done' }), [3]);
  assert.deepEqual(ids({ state: 'overdue' }), [2], 'done tasks are never overdue');
});

test('a search looks into titles and notes', () => {
  assert.deepEqual(ids({ search: 'milk' }), [1]);
  assert.deepEqual(ids({ search: ' bottles ' }), [1]);
  assert.deepEqual(ids({ search: 'nothing like it' }), []);
});

test('a search does not care about capitals and accents', () => {
  assert.deepEqual(ids({ search: 'BUY' }), [1]);
  assert.deepEqual(ids({ search: 'cafe' }), [3]);
  assert.deepEqual(ids({ search: 'CAFÉ' }), [3]);
});

test('tasks come in the order that is asked for', () => {
  assert.deepEqual(ids({ sort: 'due' }), [3, 2, 1, 4], 'without a day comes last');
  assert.deepEqual(ids({ sort: 'priority' }), [2, 1, 3, 4]);
  assert.deepEqual(ids({ sort: 'title' }), [1, 3, 2, 4]);
});

test('a word there is not is refused with those there are', () => {
  assert.throws(() => select(tasks, { sort: 'mood' }, today), InvalidQuery);
  assert.throws(() => select(tasks, { state: 'constructor' }, today), /all, open, done, overdue/);
});

test('the API takes the same words', async (t) => {
  const { send } = await runApp(t);
  await send('POST', '/api/tasks', { title: 'Buy milk' });
  await send('POST', '/api/tasks', { title: 'Buy bread', priority: 'high' });
  await send('POST', '/api/tasks', { title: 'Read' });
  await send('PATCH', '/api/tasks/1', { done: true });
  const found = await send('GET', '/api/tasks?search=buy&sort=priority');
  assert.deepEqual(found.json.tasks.map((task) => task.title), ['Buy bread', 'Buy milk']);
  assert.deepEqual((await send('GET', '/api/tasks?state=done')).json.tasks.map((task) => task.id), [1]);
  const refused = await send('GET', '/api/tasks?state=lost');
  assert.deepEqual([refused.status, refused.json.error.code], [400, 'invalid_query']);
});
