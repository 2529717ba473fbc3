import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { HttpError, LARGEST_BODY, createServer } from '../src/http.js';

const routes = [
  { method: 'GET', path: '/health', handle: () => ({ json: { status: 'ok' } }) },
  { method: 'GET', path: '/things/:id', handle: ({ params, query }) => ({ json: [params.id, query.get('q')] }) },
  { method: 'POST', path: '/echo', handle: async ({ readJson }) => ({ status: 201, json: await readJson() }) },
  { method: 'DELETE', path: '/things/:id', handle: () => ({ status: 204 }) },
  { method: 'GET', path: '/teapot', handle: refuse },
  { method: 'GET', path: '/crash', handle: crash },
];

function refuse() {
  throw new HttpError(418, 'teapot', 'Tea only.', { size: 'small' });
}

function crash() {
  throw new Error('secret detail');
}

async function serve(t, report) {
  const server = createServer(routes, report).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return `http://127.0.0.1:${server.address().port}`;
}

test('a route answers with JSON', async (t) => {
  const response = await fetch(`${await serve(t)}/health`);
  assert.equal(response.headers.get('content-type'), 'application/json; charset=utf-8');
  assert.deepEqual(await response.json(), { status: 'ok' });
});

test('a segment of the path and the query reach the handler', async (t) => {
  const response = await fetch(`${await serve(t)}/things/7?q=a%20b`);
  assert.deepEqual(await response.json(), ['7', 'a b']);
});

test('a body is read as JSON, and an answer can be empty', async (t) => {
  const base = await serve(t);
  const echo = await fetch(`${base}/echo`, { method: 'POST', body: '{"a":["ü"]}' });
  assert.deepEqual([echo.status, await echo.json()], [201, { a: ['ü'] }]);
  const gone = await fetch(`${base}/things/7`, { method: 'DELETE' });
  assert.deepEqual([gone.status, await gone.text()], [204, '']);
});

test('what is not there is a JSON error', async (t) => {
  const response = await fetch(`${await serve(t)}/nothing`);
  assert.equal(response.status, 404);
  assert.equal((await response.json()).error.code, 'not_found');
});

test('a body that is no JSON, and one that is too large, are refused', async (t) => {
  const base = await serve(t);
  const broken = await fetch(`${base}/echo`, { method: 'POST', body: '{' });
  assert.deepEqual([broken.status, (await broken.json()).error.code], [400, 'not_json']);
  const large = await fetch(`${base}/echo`, { method: 'POST', body: JSON.stringify('a'.repeat(LARGEST_BODY)) });
  assert.deepEqual([large.status, (await large.json()).error.code], [413, 'too_large']);
});

test('an expected error keeps its words, an unexpected one keeps them from the client', async (t) => {
  const reported = [];
  const base = await serve(t, (error) => reported.push(error.message));
  const expected = await fetch(`${base}/teapot`);
  const { error } = await expected.json();
  assert.deepEqual(error, { code: 'teapot', message: 'Tea only.', details: { size: 'small' } });
  const unexpected = await fetch(`${base}/crash`);
  assert.equal(unexpected.status, 500);
  assert.ok(!(await unexpected.text()).includes('secret'), 'inner words stay inside');
  assert.deepEqual(reported, ['secret detail']);
});
