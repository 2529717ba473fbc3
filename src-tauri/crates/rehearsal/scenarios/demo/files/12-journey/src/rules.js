import { PRIORITIES } from './task.js';

/** The longest title, in characters. */
export const LONGEST_TITLE = 200;
/** The longest notes, in characters. */
export const LONGEST_NOTES = 5000;

/** Input that breaks the rules. `problems` says for each field what is wrong, in words for people. */
export class InvalidTask extends Error {
  constructor(problems) {
    super(`The task is not valid: ${Object.values(problems).join(' ')}`);
    this.problems = problems;
  }
}

const fields = {
  title(value) {
    if (typeof value !== 'string' || value.trim() === '') return problem('A task needs a title.');
    const title = value.trim();
    if ([...title].length > LONGEST_TITLE) return problem(`A title has at most ${LONGEST_TITLE} characters.`);
    return { value: title };
  },
  notes(value) {
    if (typeof value !== 'string') return problem('Notes are text.');
    if ([...value].length > LONGEST_NOTES) return problem(`Notes have at most ${LONGEST_NOTES} characters.`);
    return { value };
  },
  priority(value) {
    return PRIORITIES.includes(value) ? { value } : problem(`The priority is one of ${PRIORITIES.join(', ')}.`);
  },
  due(value) {
    return value === null || isDay(value) ? { value } : problem('The due day is written like 2026-03-01, or null.');
  },
  done(value) {
    return typeof value === 'boolean' ? { value } : problem('Done is true or false.');
  },
};

/** The fields of a task to be made. Throws InvalidTask; unknown fields are refused, so that typing errors show. */
export function checkNewTask(input) {
  return check(input, ['title', 'notes', 'priority', 'due'], ['title']);
}

/** The fields of a task to be changed: at least one. Throws InvalidTask. */
export function checkChanges(input) {
  const changes = check(input, Object.keys(fields), []);
  if (Object.keys(changes).length === 0) {
    throw new InvalidTask({ task: 'There is nothing to change.' });
  }
  return changes;
}

function check(input, allowed, required) {
  if (input === null || typeof input !== 'object' || Array.isArray(input)) {
    throw new InvalidTask({ task: 'A task is a JSON object.' });
  }
  // Pairs, not an object under construction: a field called `__proto__` would vanish in one.
  const problems = [];
  const checked = {};
  for (const name of new Set([...required, ...Object.keys(input)])) {
    const isKnown = allowed.includes(name);
    const { value, problem: wrong } = isKnown ? fields[name](input[name]) : problem('There is no such field.');
    if (wrong) problems.push([name, wrong]);
    else checked[name] = value;
  }
  if (problems.length > 0) throw new InvalidTask(Object.fromEntries(problems));
  return checked;
}

function problem(words) {
  return { problem: words };
}

function isDay(value) {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
}
