import { createApp } from './app.js';
import { readConfig } from './config.js';
import { TaskStore } from './store.js';

/** How long open requests may take after a stop was asked for, in milliseconds. */
const GRACE = 3000;

try {
  const config = readConfig(process.env);
  const store = await TaskStore.open(config.dataFile);
  const server = createApp({ store, report: (error) => console.error(error) });
  server.on('error', fail);
  server.listen(config.port, config.host, () => {
    const { address, port } = server.address();
    console.log(`Listening on http://${address.includes(':') ? `[${address}]` : address}:${port}`);
  });
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      console.log('Stopping');
      server.close();
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), GRACE).unref();
    });
  }
} catch (error) {
  fail(error);
}

function fail(error) {
  console.error(`The to-do list cannot start: ${error.message}`);
  process.exitCode = 1;
}
