import { isOverdue } from './task.js';

const STATES = {
  all: () => true,
  open: (task) => !task.done,
  done: (task) => task.done,
  overdue: (task, today) => isOverdue(task, today),
};

const ORDERS = {
  created: (a, b) => a.id - b.id,
  due: (a, b) => compare(a.due ?? '9999', b.due ?? '9999') || a.id - b.id,
  priority: (a, b) => RANK[a.priority] - RANK[b.priority] || a.id - b.id,
  title: (a, b) => a.title.localeCompare(b.title) || a.id - b.id,
};

const RANK = { high: 0, normal: 1, low: 2 };

/** The words a query may use, for messages and for the page. */
export const STATE_WORDS = Object.keys(STATES);
export const ORDER_WORDS = Object.keys(ORDERS);

/** A query that uses a word there is not. */
export class InvalidQuery extends Error {}

/**
 * The tasks that a query asks for, in its order: `state` (all, open, done, overdue), `search` (in title and notes),
 * `sort` (created, due, priority, title). `today` is a day, `2026-03-01`. Throws InvalidQuery. Leaves `tasks` alone.
 */
export function select(tasks, { state = 'all', search = '', sort = 'created' }, today) {
  const isWanted = word(STATES, 'state', state);
  const order = word(ORDERS, 'sort', sort);
  const wanted = search.trim();
  return tasks
    .filter((task) => isWanted(task, today))
    .filter((task) => task.title.includes(wanted) || task.notes.includes(wanted))
    .sort(order);
}

function word(words, name, value) {
  if (!Object.hasOwn(words, value)) {
    throw new InvalidQuery(`The ${name} is one of ${Object.keys(words).join(', ')}, not "${value}".`);
  }
  return words[value];
}

function compare(a, b) {
  return a < b ? -1 : Number(a > b);
}
