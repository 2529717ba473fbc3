import { countWords, dayOf, dueWords } from './view.js';

const form = document.querySelector('#add');
const list = document.querySelector('#tasks');
const problem = document.querySelector('#problem');

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
    const { tasks } = await ask('GET', '/api/tasks');
    show(tasks);
  } catch (error) {
    failure ||= error.message;
  }
  problem.textContent = failure;
  problem.hidden = failure === '';
  return failure === '';
}

function show(tasks) {
  document.querySelector('#count').textContent = countWords(tasks);
  document.querySelector('#empty').hidden = tasks.length > 0;
  const focused = document.activeElement?.id;
  list.replaceChildren(...tasks.map(row));
  if (focused) document.getElementById(focused)?.focus();
}

function row(task) {
  const done = element('input', { type: 'checkbox', checked: task.done, id: `done-${task.id}` });
  done.addEventListener('change', () => attempt(() => ask('PATCH', `/api/tasks/${task.id}`, { done: done.checked })));
  const title = element('label', { className: 'title', htmlFor: done.id, textContent: task.title });
  const words = element('div', {}, title, ...dueLine(task));
  const remove = element('button', { type: 'button', textContent: 'Delete', ariaLabel: `Delete ${task.title}` });
  remove.addEventListener('click', () => attempt(() => ask('DELETE', `/api/tasks/${task.id}`)));
  const className = ['task', task.priority, ...(task.done ? ['done'] : [])].join(' ');
  return element('li', { className }, done, words, element('div', { className: 'actions' }, remove));
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

attempt(() => {});
