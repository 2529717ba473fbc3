import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { countWords, dayOf, dueWords } from '../public/view.js';
import { runApp } from '../support/running-app.js';

test('the page and everything it names are served with their types', async (t) => {
  const { send } = await runApp(t);
  const page = await send('GET', '/');
  assert.equal(page.status, 200);
  assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8');
  assert.match(page.headers.get('content-security-policy'), /default-src 'none'/);
  const names = [...page.text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((match) => match[1]);
  assert.deepEqual(names.sort(), ['/app.js', '/style.css']);
  for (const name of [...names, '/view.js']) {
    const file = await send('GET', name);
    assert.equal(file.status, 200, name);
    assert.match(file.headers.get('content-type'), name.endsWith('.css') ? /^text\/css/ : /^text\/javascript/);
  }
});

test('nothing else of the program is served', async (t) => {
  const { send } = await runApp(t);
  for (const path of ['/package.json', '/src/app.js', '/..%2fpackage.json', '/%2e%2e/package.json', '/style.css/']) {
    assert.equal((await send('GET', path)).status, 404, path);
  }
});

test('the page asks no other server and never builds HTML from text', async () => {
  for (const file of ['index.html', 'style.css', 'app.js']) {
    const text = await readFile(new URL(`../public/${file}`, import.meta.url), 'utf8');
    assert.doesNotMatch(text, /https?:\/\/|innerHTML|insertAdjacentHTML/, file);
  }
});

test('a due day is told as people say it', () => {
  const due = (day, done = false) => dueWords({ due: day, done }, '2026-03-01');
  assert.equal(dueWords({ due: null, done: false }, '2026-03-01'), null);
  assert.deepEqual(due('2026-03-01'), { words: 'Today', isOverdue: false });
  assert.deepEqual(due('2026-03-02'), { words: 'Tomorrow', isOverdue: false });
  assert.deepEqual(due('2026-02-28'), { words: 'Yesterday', isOverdue: true });
  assert.deepEqual(due('2026-02-28', true), { words: 'Yesterday', isOverdue: false });
  assert.deepEqual(due('2026-04-10'), { words: '2026-04-10', isOverdue: false });
});

test('what is left is told in words', () => {
  const tasks = (...done) => done.map((value) => ({ done: value }));
  assert.deepEqual(
    [tasks(), tasks(true), tasks(false, true), tasks(false, false)].map(countWords),
    ['', 'All done', '1 task left', '2 tasks left'],
  );
});

test('today is the day on the clock of the person', () => {
  assert.equal(dayOf(new Date(2026, 2, 1, 23, 59)), '2026-03-01');
});
