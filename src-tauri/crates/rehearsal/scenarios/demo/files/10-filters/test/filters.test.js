import assert from 'node:assert/strict';
import test from 'node:test';
import { addressFor, apiQueryFor, emptyWords, filtersFrom } from '../public/filters.js';
import { runApp } from '../support/running-app.js';

test('a plain address shows what is open, oldest first', () => {
  assert.deepEqual(filtersFrom(''), { state: 'open', search: '', sort: 'created' });
  assert.equal(addressFor(filtersFrom('')), '');
});

test('filters survive the address bar', () => {
  const filters = { state: 'done', search: 'tea & café', sort: 'due' };
  assert.deepEqual(filtersFrom(addressFor(filters)), filters);
});

test('every filter of the page is one the API understands', async (t) => {
  const { send } = await runApp(t);
  await send('POST', '/api/tasks', { title: 'Buy tea & milk' });
  const page = (await send('GET', '/')).text;
  const form = page.slice(page.indexOf('id="filters"'), page.indexOf('</form>', page.indexOf('id="filters"')));
  const words = [...form.matchAll(/value="(\w+)"/g)].map((match) => match[1]);
  assert.equal(words.length, 8, 'four states and four orders');
  for (const word of words) {
    const name = ['open', 'overdue', 'done', 'all'].includes(word) ? 'state' : 'sort';
    const answer = await send('GET', `/api/tasks${apiQueryFor({ ...filtersFrom(''), [name]: word })}`);
    assert.equal(answer.status, 200, word);
  }
  const found = await send('GET', `/api/tasks${apiQueryFor(filtersFrom('?search=tea %26 milk'))}`);
  assert.equal(found.json.tasks.length, 1, 'what is typed reaches the API unchanged');
});

test('an empty list says why it is empty', () => {
  assert.match(emptyWords({ state: 'open', search: '' }), /Enjoy the day/);
  assert.match(emptyWords({ state: 'done', search: '' }), /Nothing is done/);
  assert.match(emptyWords({ state: 'done', search: ' milk ' }), /matches “milk”/);
});

test('the module of the filters is served', async (t) => {
  const { send } = await runApp(t);
  assert.equal((await send('GET', '/filters.js')).status, 200);
});
