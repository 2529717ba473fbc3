/** The priorities a task can have, the least urgent first. */
export const PRIORITIES = ['low', 'normal', 'high'];

/**
 * A new task. `fields` has a title and may have notes, priority and due (a day, `2026-03-01`); `now` is a Date.
 * Times are ISO texts in UTC.
 */
export function newTask(id, fields, now) {
  const time = now.toISOString();
  return {
    id,
    title: fields.title,
    notes: fields.notes ?? '',
    priority: fields.priority ?? 'normal',
    due: fields.due ?? null,
    done: false,
    createdAt: time,
    updatedAt: time,
    completedAt: null,
  };
}

/** The task with some of its fields changed. Ticking it off notes when; taking that back forgets it. */
export function changedTask(task, changes, now) {
  const time = now.toISOString();
  const changed = { ...task, ...changes, updatedAt: time };
  if (changed.done !== task.done) {
    changed.completedAt = changed.done ? time : null;
  }
  return changed;
}

/** Whether the day it was due is over and it is still to be done. `today` is a day, `2026-03-01`. */
export function isOverdue(task, today) {
  return !task.done && task.due !== null && task.due < today;
}
