import { bodyOf, send } from "./answer.ts";
import { type Frame, type ProcedureFacts, procedures } from "./bindings.ts";
import type { Door } from "./door.ts";
import { Failure } from "./failure.ts";
import { CSRF_HEADER } from "./http-door.ts";
import { retryDelay } from "./retry.ts";
import { type Listener, type Position, type Transport, advance } from "./transport.ts";

/** How often one call is sent at most: as it is, with a renewed session, and after the person has signed in again. */
const MOST_SENDS = 3;

/** The host as a server on the network. The browser's cookie says who asks; `door` renews it. */
export function httpTransport(door: Door, origin: string = window.location.origin): Transport {
  return {
    async call(procedure, input) {
      const { path, init } = requestOf(procedure, input);
      for (let sends = 1; ; sends += 1) {
        const csrf = door.view().auth?.csrf;
        const headers = { ...init.headers, ...(csrf && init.method !== "GET" ? { [CSRF_HEADER]: csrf } : {}) };
        const response = await send(origin + path, { ...init, headers });
        if (response.status !== 401 || sends === MOST_SENDS) return bodyOf(response);
        // It was refused before anything was done, so it may be sent again, however long the person takes.
        if (!(await door.renew())) await door.entered();
      }
    },
    subscribe: (listener) => join(door, origin.replace(/^http/, "ws"), listener),
  };
}

/** The request that a procedure is over HTTP: fields named in the path go there, the rest into the query or the body. */
export function requestOf(
  procedure: string,
  input: unknown,
): { path: string; init: RequestInit & { headers: Record<string, string> } } {
  if (!Object.hasOwn(procedures, procedure)) {
    throw new Failure({
      code: "not_found",
      message: `There is no procedure ${procedure}.`,
      hint: null,
      incident: null,
    });
  }
  const facts: ProcedureFacts = procedures[procedure as keyof typeof procedures];
  const rest = new Map(Object.entries(input ?? {}));
  let path = facts.path.replaceAll(/\{(\w+)\}/g, (_whole, field: string) => {
    const value: unknown = rest.get(field);
    rest.delete(field);
    return encodeURIComponent(String(value));
  });
  const init: RequestInit & { headers: Record<string, string> } = {
    method: facts.method,
    credentials: "same-origin",
    headers: { accept: "application/json" },
  };
  if (facts.method === "GET" || facts.method === "DELETE") {
    const query = new URLSearchParams();
    for (const [field, value] of rest) if (value !== null && value !== undefined) query.set(field, String(value));
    if (query.size > 0) path += `?${query}`;
  } else {
    init.headers["content-type"] = "application/json";
    init.body = JSON.stringify(Object.fromEntries(rest));
  }
  return { path, init };
}

/** Joins the events. A socket that does not open never says why, so the door is asked whether anybody is in. */
function join(door: Door, origin: string, listener: Listener): () => void {
  let position: Position | null = null;
  let socket: WebSocket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let hasLeft = false;

  const open = (attempt: number, ticket: string | null) => {
    let reached = false;
    const query = new URLSearchParams();
    if (position) {
      query.set("after", String(position.after));
      query.set("epoch", position.epoch);
    }
    if (ticket !== null) query.set("ticket", ticket);
    socket = new WebSocket(`${origin}/api/events${query.size > 0 ? `?${query}` : ""}`);
    socket.addEventListener("open", () => {
      reached = true;
      listener.connection("live");
    });
    socket.addEventListener("message", (message: MessageEvent<string>) => {
      if (hasLeft) return;
      const frame = JSON.parse(message.data) as Frame;
      position = advance(position, frame);
      listener.frame(frame);
    });
    socket.addEventListener("close", () => {
      if (hasLeft) return;
      listener.connection("lost");
      const next = reached ? 0 : attempt + 1;
      timer = setTimeout(() => void connect(next), retryDelay(reached ? 0 : attempt));
    });
  };

  const connect = async (attempt: number) => {
    try {
      // Without a session no socket opens. The first try needs no question: whoever is in was asked for just now.
      if (attempt > 0 && !(await door.renew())) await door.entered();
      else if (!door.view().auth?.user) await door.entered();
      // Where the cookie does not go along, a ticket does: every second try has one.
      const ticket = attempt > 0 && attempt % 2 === 0 ? await door.ticket() : null;
      if (hasLeft) return;
      listener.connection("connecting");
      open(attempt, ticket);
    } catch {
      if (hasLeft) return;
      listener.connection("lost");
      timer = setTimeout(() => void connect(attempt + 1), retryDelay(attempt));
    }
  };
  void connect(0);

  return () => {
    hasLeft = true;
    clearTimeout(timer);
    socket?.close();
  };
}
