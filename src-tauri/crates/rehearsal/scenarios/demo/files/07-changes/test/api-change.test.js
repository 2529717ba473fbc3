import assert from 'node:assert/strict';
import test from 'node:test';
import { NOW, runApp } from '../support/running-app.js';

test('a task can be ticked off, and that can be taken back', async (t) => {
  const { send } = await runApp(t);
  await send('POST', '/api/tasks', { title: 'Buy milk' });
  const done = await send('PATCH', '/api/tasks/1', { done: true });
  assert.deepEqual([done.status, done.json.done, done.json.completedAt], [200, true, NOW.toISOString()]);
  const back = await send('PATCH', '/api/tasks/1', { done: false });
  assert.deepEqual([back.json.done, back.json.completedAt], [false, null]);
});

test('only the fields that are given change', async (t) => {
  const { send } = await runApp(t);
  const made = await send('POST', '/api/tasks', { title: 'Buy milk', notes: 'Two bottles', priority: 'high' });
  const changed = await send('PATCH', '/api/tasks/1', { title: 'Buy oat milk' });
  assert.deepEqual(changed.json, { ...made.json, title: 'Buy oat milk' });
});

test('a change that breaks the rules changes nothing', async (t) => {
  const { send, store } = await runApp(t);
  await send('POST', '/api/tasks', { title: 'Buy milk' });
  for (const changes of [{}, { title: '' }, { done: 'yes' }, { id: 2 }, { title: 'Bread', due: 'soon' }]) {
    assert.equal((await send('PATCH', '/api/tasks/1', changes)).status, 422, JSON.stringify(changes));
  }
  assert.equal(store.get(1).title, 'Buy milk');
});

test('a deleted task is gone from the list and from its address', async (t) => {
  const { send } = await runApp(t);
  await send('POST', '/api/tasks', { title: 'Buy milk' });
  await send('POST', '/api/tasks', { title: 'Pay the rent' });
  const gone = await send('DELETE', '/api/tasks/1');
  assert.deepEqual([gone.status, gone.text], [204, '']);
  assert.equal((await send('GET', '/api/tasks/1')).status, 404);
  assert.equal((await send('DELETE', '/api/tasks/1')).status, 404);
  assert.deepEqual((await send('GET', '/api/tasks')).json.tasks.map((task) => task.title), ['Pay the rent']);
});

test('only plain digits are the number of a task', async (t) => {
  const { send } = await runApp(t);
  await send('POST', '/api/tasks', { title: 'Buy milk' });
  for (const id of ['1e0', '0x1', '1.0', '%2B1']) {
    assert.equal((await send('DELETE', `/api/tasks/${id}`)).status, 404, `${id} must not be task 1`);
  }
});
