/**
 * The settings of the program, from environment variables:
 * `HOST` (default 127.0.0.1), `PORT` (default 3000; 0 picks a free one), `DATA_FILE` (default data/tasks.json).
 *
 * Throws an Error that names the variable when a value cannot be used.
 */
export function readConfig(env) {
  return {
    host: env.HOST || '127.0.0.1',
    port: readPort(env.PORT || '3000'),
    dataFile: env.DATA_FILE || 'data/tasks.json',
  };
}

function readPort(text) {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) {
    throw new Error(`PORT must be a number from 0 to 65535, not "${text}"`);
  }
  return port;
}
