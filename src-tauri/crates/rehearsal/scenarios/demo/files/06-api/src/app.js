import { createServer } from './http.js';
import { taskRoutes } from './api.js';

/** The whole program as an HTTP server over a store. `now` gives the time, so that tests can set it. */
export function createApp({ store, now = () => new Date(), report }) {
  const health = { method: 'GET', path: '/api/health', handle: () => ({ json: { status: 'ok' } }) };
  return createServer([health, ...taskRoutes({ store, now })], report);
}
