node --input-type=module <<'SCRIPT'
import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { TaskStore } from './src/store.js';

const folder = await mkdtemp(path.join(os.tmpdir(), 'todo-reproduce-'));
const store = await TaskStore.open(path.join(folder, 'tasks.json'));
await store.add({ title: 'First' }, new Date());
await store.add({ title: 'Second' }, new Date());
await store.remove(2);
const third = await store.add({ title: 'Third' }, new Date());
console.log(`task 2 was deleted; the new task got the number ${third.id}`);
process.exitCode = third.id === 3 ? 0 : 1;
SCRIPT
