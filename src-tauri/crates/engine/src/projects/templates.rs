//! What new projects start with: something that runs, and a test that the host finds.

/// What a new project starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Template {
    /// Nothing but a repository.
    Empty,
    /// A web page without a framework.
    WebPage,
    /// A command-line program.
    CommandLine,
    /// An HTTP service.
    HttpService,
}

const IGNORED: (&str, &str) = (".gitignore", "node_modules/\ndist/\n.env\n*.log\n");
const PACKAGE: (&str, &str) = (
    "package.json",
    "{\n  \"name\": \"app\",\n  \"private\": true,\n  \"type\": \"module\",\n  \"scripts\": {\n    \"start\": \"node src/main.js\",\n    \"test\": \"node --test\"\n  }\n}\n",
);
const PAGE_PACKAGE: (&str, &str) = (
    "package.json",
    "{\n  \"name\": \"app\",\n  \"private\": true,\n  \"type\": \"module\",\n  \"scripts\": {\n    \"test\": \"node --test\"\n  }\n}\n",
);

impl Template {
    /// Its files with their texts.
    pub(super) fn files(self) -> Vec<(&'static str, &'static str)> {
        match self {
            Template::Empty => Vec::new(),
            Template::WebPage => vec![
                IGNORED,
                PAGE_PACKAGE,
                (
                    "index.html",
                    "<!doctype html>\n<html lang=\"en\">\n  <head>\n    <meta charset=\"utf-8\" />\n    <title>App</title>\n    <script type=\"module\" src=\"src/main.js\"></script>\n  </head>\n  <body>\n    <main id=\"app\"></main>\n  </body>\n</html>\n",
                ),
                (
                    "src/main.js",
                    "import { greeting } from './greeting.js';\n\ndocument.querySelector('#app').textContent = greeting();\n",
                ),
                ("src/greeting.js", "export const greeting = () => 'Hello';\n"),
                (
                    "test/greeting.test.js",
                    "import assert from 'node:assert/strict';\nimport test from 'node:test';\nimport { greeting } from '../src/greeting.js';\n\ntest('it greets', () => assert.equal(greeting(), 'Hello'));\n",
                ),
            ],
            Template::CommandLine => vec![
                IGNORED,
                PACKAGE,
                ("src/main.js", "import { run } from './run.js';\n\nconsole.log(run(process.argv.slice(2)));\n"),
                ("src/run.js", "export const run = (words) => (words.length ? words.join(' ') : 'Say something.');\n"),
                (
                    "test/run.test.js",
                    "import assert from 'node:assert/strict';\nimport test from 'node:test';\nimport { run } from '../src/run.js';\n\ntest('it repeats its words', () => assert.equal(run(['a', 'b']), 'a b'));\n",
                ),
            ],
            Template::HttpService => vec![
                IGNORED,
                PACKAGE,
                (
                    "src/main.js",
                    "import { createServer } from 'node:http';\nimport { answer } from './answer.js';\n\nconst port = Number(process.env.PORT ?? 3000);\ncreateServer((request, response) => {\n  const { status, body } = answer(request.method, request.url);\n  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));\n}).listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}`));\n",
                ),
                (
                    "src/answer.js",
                    "export const answer = (method, url) =>\n  method === 'GET' && url === '/health' ? { status: 200, body: { ok: true } } : { status: 404, body: { error: 'not found' } };\n",
                ),
                (
                    "test/answer.test.js",
                    "import assert from 'node:assert/strict';\nimport test from 'node:test';\nimport { answer } from '../src/answer.js';\n\ntest('it is healthy', () => assert.equal(answer('GET', '/health').status, 200));\ntest('it knows nothing else', () => assert.equal(answer('GET', '/x').status, 404));\n",
                ),
            ],
        }
    }
}
