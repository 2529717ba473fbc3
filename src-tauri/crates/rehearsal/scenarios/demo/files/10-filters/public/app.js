import { addressFor, apiQueryFor, emptyWords, filtersFrom } from './filters.js';
import { countWords, dayOf, dueWords } from './view.js';

const form = document.querySelector('#add');
const filterForm = document.querySelector('#filters');
const list = document.querySelector('#tasks');
const problem = document.querySelector('#problem');
let filters = filtersFrom(location.search);
let asked = 0;

/** Asks the API. Throws an Error in words for people. */
async function ask(method, path, body) {
  const response = await fetch(path, { method, body: body && JSON.stringify(body) }).catch(() => {
    throw new Error('The program does not answer. Is it still running?');
  });
  if (response.status === 204) return null;
  const answer = await response.json();
  if (!response.ok) throw new Error(Object.values(answer.error.details ?? { message: answer.error.message }).join(' '));
  return answer;
}

/** Does something, shows the tasks as they are afterwards, and says what went wrong. Returns whether it worked. */
async function attempt(action) {
  let failure = '';
  try {
    await action();
  } catch (error) {
    failure = error.message;
  }
  try {
    await refresh();
  } catch (error) {
    failure ||= error.message;
  }
  problem.textContent = failure;
  problem.hidden = failure === '';
  return failure === '';
}

/** Shows what the filters ask for. Answers can overtake one another while somebody types: only the latest counts. */
async function refresh() {
  asked += 1;
  const mine = asked;
  const [wanted, all] = await Promise.all([ask('GET', `/api/tasks${apiQueryFor(filters)}`), ask('GET', '/api/tasks')]);
  if (mine === asked) show(wanted.tasks, all.tasks);
}

function show(tasks, all) {
  document.querySelector('#count').textContent = countWords(all);
  const empty = document.querySelector('#empty');
  empty.hidden = tasks.length > 0;
  empty.textContent = emptyWords(filters);
  const focused = document.activeElement?.id;
  list.replaceChildren(...tasks.map(row));
  if (focused) document.getElementById(focused)?.focus();
}

function row(task) {
  const done = element('input', { type: 'checkbox', checked: task.done, id: `done-${task.id}` });
  done.addEventListener('change', () => attempt(() => ask('PATCH', `/api/tasks/${task.id}`, { done: done.checked })));
  const title = element('label', { className: 'title', htmlFor: done.id, textContent: task.title });
  const words = element('div', {}, title, ...dueLine(task));
  const edit = element('button', { type: 'button', textContent: 'Edit', ariaLabel: `Edit ${task.title}` });
  edit.addEventListener('click', () => editTitle(task, title));
  const remove = element('button', { type: 'button', textContent: 'Delete', ariaLabel: `Delete ${task.title}` });
  remove.addEventListener('click', () => attempt(() => ask('DELETE', `/api/tasks/${task.id}`)));
  const className = ['task', task.priority, ...(task.done ? ['done'] : [])].join(' ');
  return element('li', { className }, done, words, element('div', { className: 'actions' }, edit, remove));
}

/** Puts a field in place of the title. Enter keeps the new one; Escape and leaving it keep the old. */
function editTitle(task, title) {
  const field = { type: 'text', name: 'title', value: task.title, maxLength: 200, ariaLabel: 'Title' };
  const input = element('input', field);
  const editing = element('form', {}, input);
  editing.addEventListener('submit', (event) => {
    event.preventDefault();
    attempt(() => ask('PATCH', `/api/tasks/${task.id}`, { title: input.value }));
  });
  input.addEventListener('keydown', (event) => event.key === 'Escape' && editing.replaceWith(title));
  input.addEventListener('blur', () => editing.isConnected && editing.replaceWith(title));
  title.replaceWith(editing);
  input.select();
}

function dueLine(task) {
  const due = dueWords(task, dayOf(new Date()));
  if (!due) return [];
  return [element('div', { className: due.isOverdue ? 'due overdue' : 'due', textContent: due.words })];
}

/** Properties, never HTML: a title is text, whatever is in it. */
function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { title, due, priority } = Object.fromEntries(new FormData(form));
  const isAdded = await attempt(() => ask('POST', '/api/tasks', { title, priority, due: due || null }));
  if (isAdded) form.reset();
  form.elements.title.focus();
});

filterForm.addEventListener('input', () => {
  filters = filtersFrom(`?${new URLSearchParams(new FormData(filterForm))}`);
  history.replaceState(null, '', location.pathname + addressFor(filters));
  attempt(() => {});
});
filterForm.addEventListener('submit', (event) => event.preventDefault());

for (const [name, value] of Object.entries(filters)) filterForm.elements[name].value = value;
attempt(() => {});
