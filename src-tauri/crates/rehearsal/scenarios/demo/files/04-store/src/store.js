import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { changedTask, newTask } from './task.js';

const VERSION = 1;

/**
 * The tasks, in memory and in one JSON file.
 *
 * Every change is on disk before its promise resolves. The file is replaced as a whole: a crash leaves the old one or
 * the new one, never half of one. One process at a time may use a file.
 */
export class TaskStore {
  #file;
  #tasks;
  #last = Promise.resolve();

  /** Opens the file, or begins with no tasks when there is none. Throws when the file is not one of ours. */
  static async open(file) {
    return new TaskStore(file, await readTasks(file));
  }

  constructor(file, tasks) {
    this.#file = file;
    this.#tasks = new Map(tasks.map((task) => [task.id, task]));
  }

  /** Every task, oldest first. */
  list() {
    return [...this.#tasks.values()];
  }

  /** The task with that number, or undefined. */
  get(id) {
    return this.#tasks.get(id);
  }

  /** Makes a task and returns it. */
  add(fields, now) {
    return this.#update((tasks) => {
      const task = newTask(nextId(tasks), fields, now);
      tasks.set(task.id, task);
      return task;
    });
  }

  /** Changes a task and returns it, or undefined when there is none with that number. */
  change(id, changes, now) {
    return this.#update((tasks) => {
      const task = tasks.get(id);
      if (task) tasks.set(id, changedTask(task, changes, now));
      return tasks.get(id);
    });
  }

  /** Deletes a task. Returns whether there was one. */
  remove(id) {
    return this.#update((tasks) => tasks.delete(id));
  }

  /**
   * One change after another: decides on a copy, writes it, and only then shows it. A change that cannot be written
   * did not happen, and does not keep later ones from trying. A change that comes to nothing is not written.
   */
  #update(decide) {
    const updated = this.#last.then(async () => {
      const tasks = new Map(this.#tasks);
      const result = decide(tasks);
      if (result) {
        await replaceFile(this.#file, encode(tasks));
        this.#tasks = tasks;
      }
      return result;
    });
    this.#last = updated.catch(() => {});
    return updated;
  }
}

function nextId(tasks) {
  return Math.max(0, ...tasks.keys()) + 1;
}

function encode(tasks) {
  return `${JSON.stringify({ version: VERSION, tasks: [...tasks.values()] }, null, 2)}\n`;
}

async function readTasks(file) {
  let text;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
  const content = parse(text);
  if (content?.version !== VERSION || !Array.isArray(content.tasks)) {
    throw new Error(`${file} is not a task file of version ${VERSION}. Move it away to begin with an empty list.`);
  }
  return content.tasks;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function replaceFile(file, text) {
  await mkdir(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.draft`;
  try {
    const handle = await open(draft, 'w');
    try {
      await handle.writeFile(text);
      // Without this a power cut could leave the new name with no content behind it.
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
