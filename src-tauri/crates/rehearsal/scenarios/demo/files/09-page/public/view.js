// What the page says about tasks. No DOM in here, so that it can be tested without a browser.

/** When a task is due, in words, and whether that is over. Null when it has no day. `today` is a day, `2026-03-01`. */
export function dueWords(task, today) {
  if (!task.due) return null;
  const days = Math.round((Date.parse(task.due) - Date.parse(today)) / 86_400_000);
  const isOverdue = days < 0 && !task.done;
  if (days === 0) return { words: 'Today', isOverdue };
  if (days === 1) return { words: 'Tomorrow', isOverdue };
  if (days === -1) return { words: 'Yesterday', isOverdue };
  return { words: task.due, isOverdue };
}

/** How much is left, in words. */
export function countWords(tasks) {
  const open = tasks.filter((task) => !task.done).length;
  if (tasks.length === 0) return '';
  if (open === 0) return 'All done';
  return open === 1 ? '1 task left' : `${open} tasks left`;
}

/** Today as the person's clock has it, `2026-03-01`. */
export function dayOf(date) {
  const two = (number) => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
