import { HttpError } from './http.js';
import { InvalidTask, checkNewTask } from './rules.js';

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
      handle: ({ params }) => ({ json: found(store.get(Number(params.id)), params.id) }),
    },
  ];
}

/** The task, if there is one. A number that is none finds nothing either. */
function found(task, id) {
  if (!task) throw new HttpError(404, 'no_such_task', `There is no task ${id}.`);
  return task;
}

function checked(check, input) {
  try {
    return check(input);
  } catch (error) {
    if (error instanceof InvalidTask) throw new HttpError(422, 'invalid_task', error.message, error.problems);
    throw error;
  }
}
