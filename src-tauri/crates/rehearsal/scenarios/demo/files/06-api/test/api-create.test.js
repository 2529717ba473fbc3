import assert from 'node:assert/strict';
import test from 'node:test';
import { NOW, runApp } from '../support/running-app.js';

test('the program says that it is well', async (t) => {
  const { send } = await runApp(t);
  assert.deepEqual((await send('GET', '/api/health')).json, { status: 'ok' });
});

test('a task that is made can be read by its address and stands in the list', async (t) => {
  const { send } = await runApp(t);
  const made = await send('POST', '/api/tasks', { title: ' Buy milk ', due: '2026-03-05' });
  assert.equal(made.status, 201);
  assert.equal(made.headers.get('location'), '/api/tasks/1');
  const { title, due, createdAt } = made.json;
  assert.deepEqual({ title, due, createdAt }, { title: 'Buy milk', due: '2026-03-05', createdAt: NOW.toISOString() });
  assert.deepEqual((await send('GET', '/api/tasks/1')).json, made.json);
  assert.deepEqual((await send('GET', '/api/tasks')).json, { tasks: [made.json] });
});

test('without tasks the list is empty', async (t) => {
  const { send } = await runApp(t);
  assert.deepEqual((await send('GET', '/api/tasks')).json, { tasks: [] });
});

test('a task that breaks the rules is refused with every reason, and not kept', async (t) => {
  const { send, store } = await runApp(t);
  const refused = await send('POST', '/api/tasks', { title: '  ', priority: 'urgent' });
  assert.equal(refused.status, 422);
  assert.equal(refused.json.error.code, 'invalid_task');
  assert.deepEqual(Object.keys(refused.json.error.details).sort(), ['priority', 'title']);
  assert.deepEqual(store.list(), []);
});

for (const id of ['99', '0', 'milk', '1e0', '%20']) {
  test(`there is no task ${id}`, async (t) => {
    const { send } = await runApp(t);
    const answer = await send('GET', `/api/tasks/${id}`);
    assert.deepEqual([answer.status, answer.json.error.code], [404, 'no_such_task']);
  });
}
