import { bodyOf, send } from "./answer.ts";
import type { AuthState } from "./bindings.ts";
import type { Door } from "./door.ts";
import { DoorState } from "./door-state.ts";
import { toFailure } from "./failure.ts";

/** The header that a change brings back, so that no other page can make one in this person's name. */
export const CSRF_HEADER = "x-csrf-token";

/** The door of the host that served this page. Its cookies are out of reach of any script; only what they mean is known. */
export function httpDoor(origin: string = window.location.origin): Door {
  const state = new DoorState();
  let renewing: Promise<boolean> | null = null;

  const request = (path: string, body?: object): Promise<unknown> => {
    const csrf = state.view().auth?.csrf;
    const init: RequestInit = {
      credentials: "same-origin",
      cache: "no-store",
      headers: { accept: "application/json" },
    };
    if (body) {
      init.method = "POST";
      init.headers = {
        accept: "application/json",
        "content-type": "application/json",
        ...(csrf ? { [CSRF_HEADER]: csrf } : {}),
      };
      init.body = JSON.stringify(body);
    }
    return send(`${origin}/api/auth/${path}`, init).then(bodyOf);
  };

  const ask = async (): Promise<AuthState> => {
    let auth = (await request("state")) as AuthState;
    // The short session may be over while the long one still holds.
    if (auth.user === null && !auth.needs_setup) auth = (await refreshed(request)) ?? auth;
    state.heard(auth);
    return auth;
  };

  const renew = (): Promise<boolean> => {
    // Windows of one browser share the cookies: the second one finds the session that the first has just renewed.
    renewing ??= alone(async () => (await ask()).user !== null).finally(() => {
      renewing = null;
    });
    return renewing;
  };

  return {
    view: state.view,
    watch: state.watch,
    entered: () => state.entered(),
    renew,
    look: async () => {
      try {
        await renew();
      } catch (thrown) {
        state.failed(toFailure(thrown));
      }
    },
    enter: async ({ by, ...words }) => {
      state.heard((await request(by, words)) as AuthState);
    },
    leave: async () => {
      try {
        await request("logout", {});
      } catch (thrown) {
        // A session that the host knows no more is left already.
        if (toFailure(thrown).code !== "unauthorized") throw thrown;
      }
      state.left();
    },
    changePassword: async (words) => {
      await request("password", words);
      // The other sessions ended with the old password, and this one may have got a new one.
      await renew();
    },
    ticket: async () => ((await request("ticket", {})) as { ticket: string }).ticket,
  };
}

async function refreshed(request: (path: string, body: object) => Promise<unknown>): Promise<AuthState | null> {
  try {
    return (await request("refresh", {})) as AuthState;
  } catch (thrown) {
    const failure = toFailure(thrown);
    if (failure.code === "unauthorized" || failure.code === "forbidden") return null;
    throw failure;
  }
}

/** One window of this browser at a time, where the browser can tell them apart. */
async function alone<Result>(work: () => Promise<Result>): Promise<Result> {
  const locks = (navigator as { locks?: LockManager }).locks;
  if (!locks) return work();
  return (await locks.request("auto-agent-harness-session", work)) as Result;
}
