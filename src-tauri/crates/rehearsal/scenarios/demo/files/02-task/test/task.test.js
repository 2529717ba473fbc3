import assert from 'node:assert/strict';
import test from 'node:test';
import { changedTask, isOverdue, newTask } from '../src/task.js';

const monday = new Date('2026-03-02T08:00:00Z');
const tuesday = new Date('2026-03-03T09:30:00Z');

test('a new task is to be done and has normal priority', () => {
  assert.deepEqual(newTask(4, { title: 'Buy milk' }, monday), {
    id: 4,
    title: 'Buy milk',
    notes: '',
    priority: 'normal',
    due: null,
    done: false,
    createdAt: '2026-03-02T08:00:00.000Z',
    updatedAt: '2026-03-02T08:00:00.000Z',
    completedAt: null,
  });
});

test('ticking a task off notes when, and taking it back forgets it', () => {
  const task = newTask(1, { title: 'Water the plants' }, monday);
  const done = changedTask(task, { done: true }, tuesday);
  assert.equal(done.completedAt, tuesday.toISOString());
  assert.equal(changedTask(done, { title: 'Water all plants' }, tuesday).completedAt, done.completedAt);
  assert.equal(changedTask(done, { done: false }, tuesday).completedAt, null);
});

test('changing a task leaves the original alone and keeps its number and birth', () => {
  const task = newTask(1, { title: 'Read' }, monday);
  const changed = changedTask(task, { title: 'Read a book' }, tuesday);
  assert.equal(task.title, 'Read');
  assert.deepEqual([changed.id, changed.createdAt, changed.updatedAt], [1, task.createdAt, tuesday.toISOString()]);
});

test('a task is overdue from the day after it was due, unless it is done', () => {
  const task = newTask(1, { title: 'Pay the rent', due: '2026-03-02' }, monday);
  assert.equal(isOverdue(task, '2026-03-02'), false, 'the day itself still counts');
  assert.equal(isOverdue(task, '2026-03-03'), true);
  assert.equal(isOverdue(changedTask(task, { done: true }, tuesday), '2026-03-03'), false);
});
