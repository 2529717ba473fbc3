/** How long to wait before the next try, in milliseconds: doubling from 250 ms up to 8 s, so a host that restarts is not stormed. */
export function retryDelay(attempt: number): number {
  return Math.min(8000, 250 * 2 ** Math.min(attempt, 10));
}
