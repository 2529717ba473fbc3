import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';

test('the program needs nothing but Node', async () => {
  const manifest = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
  assert.equal(manifest.type, 'module');
  const packages = [manifest.dependencies, manifest.devDependencies];
  assert.deepEqual(packages, [undefined, undefined], 'there is nothing to install');
});
