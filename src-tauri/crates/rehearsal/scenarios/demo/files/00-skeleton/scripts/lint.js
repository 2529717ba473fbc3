// Checks every JavaScript file: that Node can parse it, and a few house rules. Prints what is wrong and exits with 1.

import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders = ['src', 'public', 'scripts', 'support', 'test'];
const run = promisify(execFile);

const rules = [
  {
    says: 'a line is longer than 120 characters',
    breaks: (text) => text.split('\n').some((line) => line.length > 120),
  },
  { says: 'a line ends in white space', breaks: (text) => /[ \t]+$/m.test(text) },
  { says: 'tabs are not used', breaks: (text) => text.includes('\t') },
  { says: 'the file does not end in a newline', breaks: (text) => !text.endsWith('\n') },
  {
    says: 'a test runs alone',
    breaks: (text, file) => file.startsWith('test') && /\b(test|it|describe)\.only\(/.test(text),
  },
  {
    says: 'only the entry point and scripts may print',
    breaks: (text, file) => file.startsWith(`src${path.sep}`) && !file.endsWith('main.js') && text.includes('console.'),
  },
];

async function filesIn(folder) {
  const entries = await readdir(path.join(root, folder), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.js'))
    .map((entry) => path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)));
}

async function problemsIn(file) {
  const text = await readFile(path.join(root, file), 'utf8');
  const problems = rules.filter((rule) => rule.breaks(text, file)).map((rule) => rule.says);
  await run(process.execPath, ['--check', path.join(root, file)]).catch((error) => problems.push(error.stderr.trim()));
  return problems.map((problem) => `${file}: ${problem}`);
}

const files = (await Promise.all(folders.map(filesIn))).flat();
const problems = (await Promise.all(files.map(problemsIn))).flat();
for (const problem of problems) console.error(problem);
console.log(`${files.length} files checked, ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;
