import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import test from 'node:test';
import { apiQueryFor, filtersFrom } from '../public/filters.js';
import { runApp } from '../support/running-app.js';

test('a day with the list, from the first task to the last', async (t) => {
  const { send } = await runApp(t);
  for (const title of ['Buy milk', 'Pay the rent', 'Call the dentist']) {
    assert.equal((await send('POST', '/api/tasks', { title })).status, 201);
  }
  await send('PATCH', '/api/tasks/2', { due: '2026-03-01', priority: 'high' });
  const overdue = await send('GET', `/api/tasks${apiQueryFor(filtersFrom('?state=overdue'))}`);
  assert.deepEqual(overdue.json.tasks.map((task) => task.title), ['Pay the rent']);
  await send('PATCH', '/api/tasks/2', { done: true });
  await send('DELETE', '/api/tasks/3');
  const again = await send('POST', '/api/tasks', { title: 'Sleep' });
  assert.equal(again.json.id, 4, 'the number of the deleted task stays used up');
  const open = await send('GET', `/api/tasks${apiQueryFor(filtersFrom(''))}`);
  assert.deepEqual(open.json.tasks.map((task) => task.id), [1, 4]);
});

test('a method that an address does not take is refused with those it takes', async (t) => {
  const { send } = await runApp(t);
  const refused = await send('PUT', '/api/tasks', {});
  assert.deepEqual([refused.status, refused.json.error.code], [405, 'not_allowed']);
  assert.equal(refused.headers.get('allow'), 'GET, POST');
  assert.equal((await send('PUT', '/api/nothing', {})).status, 404);
});

test('forty clients at once get forty different numbers', async (t) => {
  const { send } = await runApp(t);
  const made = await Promise.all(
    Array.from({ length: 40 }, (_, index) => send('POST', '/api/tasks', { title: `Task ${index}` })),
  );
  assert.equal(new Set(made.map((answer) => answer.json.id)).size, 40);
  assert.equal((await send('GET', '/api/tasks')).json.tasks.length, 40);
});

test('text is text, whatever is in it', async (t) => {
  const { send } = await runApp(t);
  const reversed = String.fromCodePoint(0x202e);
  const title = `<img src=x onerror=alert(1)> "; DROP TABLE tasks; -- ${reversed}🙂`;
  const made = await send('POST', '/api/tasks', { title, notes: String.fromCodePoint(0) });
  assert.deepEqual([made.status, made.json.title], [201, title]);
  assert.equal((await send('GET', '/api/tasks/1')).json.title, title);
});

test('keys that mean something to JavaScript are only unknown fields', async (t) => {
  const { base, send } = await runApp(t);
  for (const body of ['{"title":"a","__proto__":{"done":true}}', '{"title":"a","constructor":1}']) {
    assert.equal((await fetch(`${base}/api/tasks`, { method: 'POST', body })).status, 422, body);
  }
  assert.deepEqual((await send('GET', '/api/tasks')).json.tasks, []);
});

for (const [what, bytes] of [
  ['an address that cannot be read', 'GET //[ HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n'],
  ['something that is not HTTP', 'hello?\r\n\r\n'],
]) {
  test(`${what} is refused, and the program lives on`, async (t) => {
    const { base, send } = await runApp(t);
    const socket = net.connect(Number(new URL(base).port), '127.0.0.1');
    socket.write(bytes);
    let answer = '';
    socket.on('data', (chunk) => { answer += chunk; });
    await once(socket, 'close');
    assert.match(answer, /^HTTP\/1\.1 400 /);
    assert.equal((await send('GET', '/api/health')).status, 200);
  });
}
