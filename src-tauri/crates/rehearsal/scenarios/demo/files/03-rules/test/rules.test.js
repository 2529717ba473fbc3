import assert from 'node:assert/strict';
import test from 'node:test';
import { InvalidTask, checkChanges, checkNewTask } from '../src/rules.js';

function problemsOf(run) {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof InvalidTask, `expected InvalidTask, got ${error}`);
    return error.problems;
  }
  return assert.fail('the rules let it through');
}

test('a title is enough, and white space around it goes', () => {
  assert.deepEqual(checkNewTask({ title: '  Buy milk\n' }), { title: 'Buy milk' });
});

for (const title of [undefined, null, 7, '', '   ', '\t\n']) {
  test(`the title ${JSON.stringify(title)} is refused`, () => {
    assert.deepEqual(problemsOf(() => checkNewTask({ title })), { title: 'A task needs a title.' });
  });
}

test('a title is measured in characters, not in bytes', () => {
  assert.equal(checkNewTask({ title: '🙂'.repeat(200) }).title, '🙂'.repeat(200));
  assert.match(problemsOf(() => checkNewTask({ title: 'a'.repeat(201) })).title, /at most 200/);
});

test('every wrong field is named at once', () => {
  const problems = problemsOf(() => checkNewTask({ title: '', priority: 'urgent', due: '2026-02-30', colour: 'red' }));
  assert.deepEqual(Object.keys(problems).sort(), ['colour', 'due', 'priority', 'title']);
});

test('days that do not exist are refused, leap days are not', () => {
  assert.equal(checkNewTask({ title: 'a', due: '2028-02-29' }).due, '2028-02-29');
  for (const due of ['2026-02-29', '2026-13-01', 'tomorrow', 20260301]) {
    assert.ok(problemsOf(() => checkNewTask({ title: 'a', due })).due, `${due} is no day`);
  }
});

test('changes name at least one field, and any of them', () => {
  assert.deepEqual(checkChanges({ done: true, due: null }), { done: true, due: null });
  assert.deepEqual(problemsOf(() => checkChanges({})), { task: 'There is nothing to change.' });
  assert.deepEqual(problemsOf(() => checkChanges({ title: ' ' })), { title: 'A task needs a title.' });
  assert.deepEqual(problemsOf(() => checkChanges({ id: 3 })), { id: 'There is no such field.' });
});

for (const input of [null, [], 'title', 3]) {
  test(`${JSON.stringify(input)} is not a task`, () => {
    assert.deepEqual(problemsOf(() => checkNewTask(input)), { task: 'A task is a JSON object.' });
  });
}
