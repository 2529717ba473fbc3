import http from 'node:http';

/** The largest request body, in bytes. */
export const LARGEST_BODY = 100_000;

/** An answer that is an error. `code` is a word for programs, the message is for people. */
export class HttpError extends Error {
  constructor(status, code, message, details, headers = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
    this.headers = headers;
  }
}

/**
 * A server over a list of routes: `{ method, path, handle }`, where `:name` in a path matches one segment.
 *
 * A handler gets `{ params, query, readJson }` and returns `{ status, json }`, `{ status, body, type }`, or
 * `{ status }`. What it throws becomes a JSON error: an HttpError as it is, anything else as 500 without its words,
 * which go to `report` instead.
 */
export function createServer(routes, report = () => {}) {
  const table = routes.map((route) => ({ ...route, pattern: patternOf(route.path) }));
  return http.createServer(async (request, response) => {
    try {
      send(response, await answer(table, request));
    } catch (error) {
      if (!(error instanceof HttpError)) report(error);
      send(response, errorAnswer(error));
    }
  });
}

async function answer(table, request) {
  const url = addressOf(request);
  const fitting = table.filter((route) => route.pattern.test(url.pathname));
  const route = fitting.find(({ method }) => method === request.method);
  if (route) {
    const params = route.pattern.exec(url.pathname).groups ?? {};
    return route.handle({ params, query: url.searchParams, readJson: () => readJson(request) });
  }
  if (fitting.length > 0) {
    const allowed = fitting.map(({ method }) => method).join(', ');
    throw new HttpError(405, 'not_allowed', `${url.pathname} takes ${allowed}.`, undefined, { allow: allowed });
  }
  throw new HttpError(404, 'not_found', `There is nothing at ${url.pathname}.`);
}

function addressOf(request) {
  try {
    return new URL(request.url, 'http://localhost');
  } catch {
    throw new HttpError(400, 'bad_address', 'The address of this request cannot be read.');
  }
}

function patternOf(path) {
  return new RegExp(`^${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`);
}

async function readJson(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > LARGEST_BODY) {
      throw new HttpError(413, 'too_large', `A request has at most ${LARGEST_BODY} bytes.`);
    }
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new HttpError(400, 'not_json', 'The request is not valid JSON.');
  }
}

function errorAnswer(error) {
  const known = error instanceof HttpError;
  const { status, code, message, details, headers } = known
    ? error
    : { status: 500, code: 'internal', message: 'Something went wrong on our side.' };
  return { status, json: { error: { code, message, ...(details && { details }) } }, headers };
}

function send(response, { status = 200, json, body, type = 'application/json; charset=utf-8', headers = {} }) {
  const content = json === undefined ? body : `${JSON.stringify(json)}\n`;
  if (content === undefined) {
    response.writeHead(status, headers).end();
    return;
  }
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(content), ...headers });
  response.end(content);
}
