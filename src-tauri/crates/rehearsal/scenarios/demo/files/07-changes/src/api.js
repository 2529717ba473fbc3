import { HttpError } from './http.js';
import { InvalidTask, checkChanges, checkNewTask } from './rules.js';

/** The routes below /api/tasks. */
export function taskRoutes({ store, now }) {
  return [
    {
      method: 'GET',
      path: '/api/tasks',
      handle: () => ({ json: { tasks: store.list() } }),
    },
    {
      method: 'POST',
      path: '/api/tasks',
      handle: async ({ readJson }) => {
        const fields = checked(checkNewTask, await readJson());
        const task = await store.add(fields, now());
        return { status: 201, json: task, headers: { location: `/api/tasks/${task.id}` } };
      },
    },
    {
      method: 'GET',
      path: '/api/tasks/:id',
      handle: ({ params }) => ({ json: found(store.get(numberOf(params.id)), params.id) }),
    },
    {
      method: 'PATCH',
      path: '/api/tasks/:id',
      handle: async ({ params, readJson }) => {
        const changes = checked(checkChanges, await readJson());
        return { json: found(await store.change(numberOf(params.id), changes, now()), params.id) };
      },
    },
    {
      method: 'DELETE',
      path: '/api/tasks/:id',
      handle: async ({ params }) => {
        found(await store.remove(numberOf(params.id)), params.id);
        return { status: 204 };
      },
    },
  ];
}

/** Only plain digits are a number: `1e0` and `0x1` must not find task 1. */
function numberOf(text) {
  return /^\d+$/.test(text) ? Number(text) : NaN;
}

/** What was found, if anything was. */
function found(value, id) {
  if (!value) throw new HttpError(404, 'no_such_task', `There is no task ${id}.`);
  return value;
}

function checked(check, input) {
  try {
    return check(input);
  } catch (error) {
    if (error instanceof InvalidTask) throw new HttpError(422, 'invalid_task', error.message, error.problems);
    throw error;
  }
}
