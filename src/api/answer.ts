import { Failure, isApiError, unreached } from "./failure.ts";

/** Sends a request. One that reaches nobody fails as `unavailable`. */
export async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (thrown) {
    throw unreached(thrown);
  }
}

/** What a response brings; an answer that is an error is thrown as the `Failure` it says. */
export async function bodyOf(response: Response): Promise<unknown> {
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body;
  const wait_ms = waitOf(response.headers.get("retry-after"));
  if (isApiError(body)) {
    throw new Failure({ ...body, hint: body.hint ?? null, incident: body.incident ?? null }, { wait_ms });
  }
  // Something between here and the host answered in words of its own.
  const message = `The host answered with status ${response.status}.`;
  if (response.status >= 500 || response.status === 429) throw unreached(message, wait_ms);
  throw new Failure({ code: "internal", message, hint: null, incident: null }, { wait_ms });
}

/** `Retry-After` in milliseconds: seconds, or a date. */
function waitOf(header: string | null): number | null {
  if (header === null) return null;
  const seconds = Number(header);
  const wait_ms = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000;
  return Number.isNaN(wait_ms) ? null : Math.max(0, wait_ms);
}
