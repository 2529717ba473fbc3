import assert from 'node:assert/strict';
import test from 'node:test';
import { readConfig } from '../src/config.js';

test('without settings it listens on this machine only', () => {
  assert.deepEqual(readConfig({}), { host: '127.0.0.1', port: 3000, dataFile: 'data/tasks.json' });
});

test('settings come from the environment', () => {
  const config = readConfig({ HOST: '0.0.0.0', PORT: '0', DATA_FILE: '/tmp/mine.json' });
  assert.deepEqual(config, { host: '0.0.0.0', port: 0, dataFile: '/tmp/mine.json' });
});

for (const port of ['eighty', '-1', '65536', '80.5', '8e1']) {
  test(`the port "${port}" is refused by name`, () => {
    assert.throws(() => readConfig({ PORT: port }), /PORT must be a number/);
  });
}
